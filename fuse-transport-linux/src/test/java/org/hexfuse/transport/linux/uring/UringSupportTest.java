package org.hexfuse.transport.linux.uring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.LibcException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UringSupportTest {
    @TempDir Path directory;

    @Test void countsThePossibleProcessors() {
        assertThat(UringSupport.count("0")).isEqualTo(1);
        assertThat(UringSupport.count("0-3")).isEqualTo(4);
        assertThat(UringSupport.count("0-3,8,10-11")).isEqualTo(7);
        assertThat(UringSupport.queues()).isPositive();
    }

    @Test void saysHowToTurnItOnWhereItIsOff() throws Exception {
        Path parameter = Files.writeString(directory.resolve("enable_uring"), "N\n");
        assertThat(UringSupport.notOffered(parameter)).isEqualTo("it is turned off; as root: echo Y > " + parameter);
    }

    @Test void namesTheKernelThatHasIt() {
        assertThat(UringSupport.notOffered(directory.resolve("missing"))).contains("Linux 6.14");
    }

    @Test void namesWhatForbidsIt() {
        assertThat(refusal(Errno.ENOSYS)).contains("no io_uring");
        assertThat(refusal(Errno.EPERM)).contains("io_uring is forbidden");
        assertThat(refusal(Errno.ENOMEM)).contains("ulimit -l");
        assertThat(refusal(Errno.EMFILE)).isEqualTo("io_uring_setup: " + Errno.EMFILE.message() + " (EMFILE)");
    }

    private static String refusal(Errno errno) {
        return UringSupport.refusal(LibcException.of("io_uring_setup", errno));
    }

    @Test void memoryIsOfAllEntries() {
        assertThat(UringSupport.memory(4, 1 << 20)).isEqualTo(UringSupport.queues() * 4L * ((1 << 20) + 4096));
    }
}
