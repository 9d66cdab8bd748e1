package org.hexfuse.libc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.posix.OpenFlags;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreadCredentialsTest {
    private static final long DAC_OVERRIDE = 1L << ThreadCredentials.CAP_DAC_OVERRIDE;

    @TempDir private Path scratch;

    @BeforeEach void open() throws Exception {
        assumeTrue(ProcessIds.euid() == 0, "not root");
        AttributeCalls.chmod(NativePath.of(scratch), 0700);
    }

    @Test void filesAreMadeAsAnotherUserAndThenAgainAsRoot() throws Exception {
        NativePath file = NativePath.of(scratch.resolve("f"));
        List<String> before = OwnThread.status();
        long all = ThreadCredentials.capabilities();
        OwnThread.call(() -> {
            int[] groups = ThreadCredentials.groups();
            assertThat(ThreadCredentials.setgroups(2000)).isZero();
            ThreadCredentials.setfsgid(1002);
            ThreadCredentials.setfsuid(1001);
            assertThat(ThreadCredentials.fsuid()).isEqualTo(1001);
            assertThat(ThreadCredentials.fsgid()).isEqualTo(1002);
            assertThat(ThreadCredentials.groups()).containsExactly(2000);
            assertThatThrownBy(() -> Fd.open(file, OpenFlags.WRONLY | OpenFlags.CREAT, 0600))
                    .hasMessageContaining("EACCES");
            assertThat(ThreadCredentials.capabilities() & DAC_OVERRIDE).isZero();
            assertThat(ThreadCredentials.setCapabilities(ThreadCredentials.capabilities() | DAC_OVERRIDE)).isZero();
            Fd.open(file, OpenFlags.WRONLY | OpenFlags.CREAT, 0600).close();
            assertThat(PosixFiles.stat(file).uid()).isEqualTo(1001);
            assertThat(PosixFiles.stat(file).gid()).isEqualTo(1002);
            assertThat(OwnThread.status()).contains("Uid:\t0\t0\t0\t1001", "Gid:\t0\t0\t0\t1002");
            ThreadCredentials.setfsuid(0);
            ThreadCredentials.setfsgid(0);
            assertThat(ThreadCredentials.setgroups(groups)).isZero();
            assertThat(ThreadCredentials.setCapabilities(all)).isZero();
            assertThat(OwnThread.status().stream().filter(line -> line.matches("(Uid|Gid|Groups|Cap).*")))
                    .containsExactlyElementsOf(
                            before.stream().filter(line -> line.matches("(Uid|Gid|Groups|Cap).*")).toList());
            return true;
        });
        assertThat(OwnThread.status()).contains("Uid:\t0\t0\t0\t0");
    }

    @Test void aCapabilityThatIsNotPermittedIsRefused() throws Exception {
        OwnThread.call(() -> {
            ThreadIdentity.become(1001, 1001, Set.of());
            assertThat(ThreadCredentials.setCapabilities(DAC_OVERRIDE)).isEqualTo(-Errno.EPERM.code());
            ThreadCredentials.setfsuid(0);
            assertThat(ThreadCredentials.fsuid()).isEqualTo(1001);
            return true;
        });
    }

    @Test void anUmaskThatIsUnsharedIsTheThreads() throws Exception {
        NativePath here = NativePath.of(scratch.resolve("here"));
        NativePath there = NativePath.of(scratch.resolve("there"));
        OwnThread.call(() -> {
            assertThat(ThreadCredentials.unshareUmask()).isZero();
            int before = ThreadCredentials.umask(0137);
            NameCalls.mkdir(there, 0777);
            assertThat(ThreadCredentials.umask(before)).isEqualTo(0137);
            return true;
        });
        NameCalls.mkdir(here, 0777);
        assertThat(PosixFiles.stat(there).mode() & 07777).isEqualTo(0640);
        assertThat(PosixFiles.stat(here).mode() & 0700).isEqualTo(0700);
    }

    @Test void aVirtualThreadIsRefused() throws Exception {
        var task = new FutureTask<>(() -> {
            assertThatThrownBy(() -> ThreadCredentials.setfsuid(0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> ThreadCredentials.setCapabilities(0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(ThreadCredentials::unshareUmask).isInstanceOf(IllegalStateException.class);
            return true;
        });
        Thread.ofVirtual().start(task);
        assertThat(task.get(20, TimeUnit.SECONDS)).isTrue();
    }
}
