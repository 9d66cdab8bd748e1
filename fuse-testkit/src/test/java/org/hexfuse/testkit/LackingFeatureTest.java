package org.hexfuse.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;

import org.hexfuse.abi.Errno;
import org.hexfuse.testkit.posix.PosixFeature;
import org.hexfuse.testkit.posix.PosixFixture;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class LackingFeatureTest {
    @Test void anExpectedFailureIsSkippedWhereTheCallLacksItsFeature() {
        PosixFixture fixture = mock(PosixFixture.class, CALLS_REAL_METHODS);
        doThrow(new TestAbortedException("no EXCHANGE")).when(fixture).needs(PosixFeature.EXCHANGE);
        assertThatThrownBy(() -> fixture.fails(Errno.ENOENT, () -> fixture.needs(PosixFeature.EXCHANGE)))
                .isInstanceOf(TestAbortedException.class);
    }
}
