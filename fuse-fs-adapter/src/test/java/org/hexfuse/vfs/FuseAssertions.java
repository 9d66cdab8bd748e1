package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/** Calls that fail with an errno. */
final class FuseAssertions {
    private FuseAssertions() {}

    static void assertFails(Errno errno, ThrowingCallable call) {
        FuseException thrown = catchThrowableOfType(FuseException.class, call);
        assertThat(thrown).as("an error %s", errno).isNotNull();
        assertThat(thrown.errno()).isEqualTo(errno);
    }
}
