package org.hexfuse.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

class RunningKernelTest {
    @ParameterizedTest
    @ValueSource(strings = {"there is no /dev/fuse here: modprobe fuse",
        "/dev/fuse is hidden here: it is not the FUSE device", "mount /mnt: Operation not permitted (EPERM)",
        "open /dev/fuse: Permission denied (EACCES)", "fusermount3: mount failed: Operation not permitted",
        "fusermount3 is not installed: apt-get install fuse3",
        "fusermount3: option allow_other only allowed if 'user_allow_other' is set in /etc/fuse.conf"}) void aTestIsSkippedWhereMountingIsNotPossible(
                String message) {
        assertThatThrownBy(() -> RunningKernel.skipIfNotPermitted(message)).isInstanceOf(TestAbortedException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"the kernel has not begun the session within 10 s", "mount /mnt: Invalid argument (EINVAL)",
        "this kernel does not offer PASSTHROUGH", "fusermount3 did not exit within 15 s",
        "null"}) void anyOtherFailureSkipsNothing(
                String message) {
        assertThatCode(() -> RunningKernel.skipIfNotPermitted(message)).doesNotThrowAnyException();
    }
}
