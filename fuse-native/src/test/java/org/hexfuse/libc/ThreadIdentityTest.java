package org.hexfuse.libc;

import org.hexfuse.posix.OpenFlags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreadIdentityTest {
    @TempDir private Path scratch;

    @BeforeEach void open() throws Exception {
        AttributeCalls.chmod(NativePath.of(scratch), 0777);
    }

    @Test void changesTheUserOfTheCallingThreadOnly() throws Exception {
        assumeTrue(ProcessIds.euid() == 0, "not root");
        List<String> there = OwnThread.call(() -> {
            ThreadIdentity.become(1001, 1002, Set.of(2000, 2001));
            return OwnThread.status();
        });
        assertThat(there).contains("Uid:\t1001\t1001\t1001\t1001", "Gid:\t1002\t1002\t1002\t1002",
                "Groups:\t2000 2001 ", "CapEff:\t0000000000000000");
        assertThat(OwnThread.status()).contains("Uid:\t0\t0\t0\t0");
        assertThat(OwnThread.call(OwnThread::status)).contains("Uid:\t0\t0\t0\t0");
    }

    @Test void cannotReturnToRoot() throws Exception {
        assumeTrue(ProcessIds.euid() == 0, "not root");
        OwnThread.call(() -> {
            ThreadIdentity.become(1001, 1001, Set.of());
            assertThatThrownBy(() -> ThreadIdentity.become(0, 0, Set.of())).hasMessageContaining("EPERM");
            NativePath secret = NativePath.of(scratch).resolve("d");
            NameCalls.mkdir(secret, 0);
            assertThatThrownBy(() -> Fd.open(secret, OpenFlags.RDONLY, 0)).hasMessageContaining("EACCES");
            return secret;
        });
    }

    @Test void aThreadHasAUmaskOfItsOwn() throws Exception {
        NativePath here = NativePath.of(scratch).resolve("here");
        NameCalls.mkdir(here, 0777);
        int mode = OwnThread.call(() -> {
            ThreadIdentity.ownUmask(0137);
            NativePath there = NativePath.of(scratch).resolve("there");
            NameCalls.mkdir(there, 0777);
            return PosixFiles.stat(there).mode() & 07777;
        });
        assertThat(mode).isEqualTo(0640);
        NativePath after = NativePath.of(scratch).resolve("after");
        NameCalls.mkdir(after, 0777);
        assertThat(PosixFiles.stat(after).mode()).isEqualTo(PosixFiles.stat(here).mode());
    }

    @Test void rejectsAVirtualThread() throws Exception {
        var task = new FutureTask<>(() -> {
            assertThatThrownBy(() -> ThreadIdentity.ownUmask(0)).isInstanceOf(IllegalStateException.class);
            return true;
        });
        Thread.ofVirtual().start(task);
        assertThat(task.get(20, TimeUnit.SECONDS)).isTrue();
    }
}
