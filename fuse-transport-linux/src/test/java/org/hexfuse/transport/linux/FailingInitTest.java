package org.hexfuse.transport.linux;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.testkit.RunningKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A filesystem whose {@code init} fails fails the test that mounts it, which would else be skipped. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class FailingInitTest {
    private static final class Failing implements FuseFileSystem {
        @Override public void init(InitNegotiation negotiation) {
            throw new AssertionError("of the filesystem");
        }
    }

    @Test void failsTheTest() throws Exception {
        RunningKernel.mount(new FuseFileSystem() {}).close();
        assertThatThrownBy(() -> RunningKernel.mount(new Failing())).isInstanceOf(IOException.class)
                .hasMessageContaining("of the filesystem");
    }
}
