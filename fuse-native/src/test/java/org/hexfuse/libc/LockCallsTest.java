package org.hexfuse.libc;

import static org.hexfuse.libc.LibcAssertions.assertFails;

import org.hexfuse.posix.OpenFlags;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.LockCalls.RecordLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockCallsTest {
    @TempDir private Path scratch;
    private Fd one;
    private Fd other;

    @BeforeEach void openTwice() throws Exception {
        String file = Files.createFile(scratch.resolve("f")).toString();
        one = Fd.open(file, OpenFlags.RDWR);
        other = Fd.open(file, OpenFlags.RDWR);
    }

    @AfterEach void close() {
        one.close();
        other.close();
    }

    @Test void recordLocksBelongToAnOpenFile() throws Exception {
        LockCalls.set(one, new RecordLock(1, 5, 10, 0));
        assertFails(Errno.EAGAIN, () -> LockCalls.set(other, new RecordLock(0, 14, 1, 0)));
        assertThat(LockCalls.get(other, new RecordLock(0, 0, 0, 0))).isEqualTo(new RecordLock(1, 5, 10, -1));
        LockCalls.set(one, new RecordLock(2, 5, 10, 0));
        LockCalls.setlkw(other, new RecordLock(1, 0, 0, 0));
        assertThat(LockCalls.get(one, new RecordLock(0, 3, 0, 0))).isEqualTo(new RecordLock(1, 0, 0, -1));
    }

    @Test void flocksBelongToAnOpenFile() throws Exception {
        LockCalls.flock(one, LockCalls.LOCK_SH);
        LockCalls.flock(other, LockCalls.LOCK_SH | LockCalls.LOCK_NB);
        assertFails(Errno.EAGAIN, () -> LockCalls.flock(one, LockCalls.LOCK_EX | LockCalls.LOCK_NB));
        LockCalls.flock(other, LockCalls.LOCK_UN);
        LockCalls.flock(one, LockCalls.LOCK_EX);
        assertFails(Errno.EINVAL, () -> LockCalls.flock(one, 0));
    }
}
