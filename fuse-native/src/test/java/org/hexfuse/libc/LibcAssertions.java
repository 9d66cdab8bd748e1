package org.hexfuse.libc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.hexfuse.abi.Errno;

/** Calls that fail with an errno. */
final class LibcAssertions {
    private LibcAssertions() {}

    static void assertFails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(LibcException.class,
                e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
