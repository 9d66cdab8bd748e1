package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads of an open file that another thread interrupts, and its lock key. */
class InterruptedFileTest {
    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);

    @BeforeEach void fill() {
        server.file(server.root, "f").size = 10;
        server.answers.put(Opcode.READ, _ -> 4);
    }

    private OpenFile open() {
        return vfs.open("/f", OpenFlag.READ);
    }

    @Test void readsEndOnceTheyAreInterrupted() {
        try (OpenFile file = open()) {
            file.trackCalls();
            assertThat(file.read(new byte[4], 0)).isEqualTo(4);
            file.interruptCalls();
            assertFails(Errno.EINTR, () -> file.read(new byte[4], 0));
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @Test void readsThatAreNotTrackedAreNotInterrupted() {
        try (OpenFile file = open()) {
            file.interruptCalls();
            assertThat(file.read(new byte[4], 0)).isEqualTo(4);
        }
    }

    @Test void theFilesOfOneProcessOnOneInodeHaveOneLockKey() {
        server.file(server.root, "g");
        try (OpenFile one = open(); OpenFile other = open(); OpenFile another = vfs.open("/g", OpenFlag.READ);
                OpenFile theirs = vfs.as(Credentials.ROOT).open("/f", OpenFlag.READ)) {
            assertThat(one.lockKey()).isEqualTo(other.lockKey()).isNotEqualTo(another.lockKey())
                    .isNotEqualTo(theirs.lockKey());
        }
    }
}
