package org.hexfuse.testkit.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.hexfuse.abi.Name;
import org.hexfuse.libc.AttributeCalls;
import org.hexfuse.libc.ContentCalls;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.FileStatus;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.LockCalls;
import org.hexfuse.libc.LockCalls.RecordLock;
import org.hexfuse.libc.PosixFiles;
import org.hexfuse.libc.Syscalls;
import org.hexfuse.libc.XattrCalls;
import org.hexfuse.posix.DeviceNumber;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;

/** A descriptor, and the thread of the user that opened it. */
record LibcFile(UserThread thread, Fd fd) implements PosixFile {
    static Stat stat(FileStatus status) {
        return new Stat(status.ino(), status.mode(), status.nlink(), status.uid(), status.gid(),
                DeviceNumber.of((int) (status.rdev() >>> Integer.SIZE), (int) status.rdev()), status.size(),
                status.blocks(), status.blksize(), status.atime(), status.mtime(),
                status.ctime());
    }

    @FunctionalInterface private interface Action {
        void make() throws LibcException;
    }

    private void run(Action action) {
        thread.call(() -> {
            action.make();
            return fd;
        });
    }

    @Override public int read(byte[] target, long offset) {
        return thread.call(() -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(target.length);
                int got = checked("pread", Syscalls.pread(fd, memory, target.length, offset));
                MemorySegment.copy(memory, JAVA_BYTE, 0, target, 0, got);
                return got;
            }
        });
    }

    @Override public int write(byte[] source, long offset) {
        return thread.call(() -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocateFrom(JAVA_BYTE, source);
                return checked("pwrite", Syscalls.pwrite(fd, memory, source.length, offset));
            }
        });
    }

    private static int checked(String what, long result) throws LibcException {
        if (result < 0) {
            throw LibcException.of(what, (int) -result);
        }
        return (int) result;
    }

    @Override public Stat stat() {
        return thread.call(() -> stat(PosixFiles.fstat(fd)));
    }

    @Override public void truncate(long size) {
        run(() -> ContentCalls.ftruncate(fd, size));
    }

    @Override public void chmod(int mode) {
        run(() -> AttributeCalls.fchmod(fd, mode));
    }

    @Override public void chown(int uid, int gid) {
        run(() -> AttributeCalls.fchown(fd, uid, gid));
    }

    @Override public void utimens(Timestamp accessed, Timestamp modified) {
        run(() -> AttributeCalls.futimens(fd, LibcClient.time(accessed), LibcClient.time(modified)));
    }

    @Override public void fallocate(int mode, long offset, long length) {
        run(() -> ContentCalls.fallocate(fd, mode, offset, length));
    }

    @Override public long seekEnd(long offset) {
        return thread.call(() -> ContentCalls.lseek(fd, offset, ContentCalls.SEEK_END));
    }

    @Override public long seekData(long offset) {
        return thread.call(() -> ContentCalls.lseek(fd, offset, ContentCalls.SEEK_DATA));
    }

    @Override public long seekHole(long offset) {
        return thread.call(() -> ContentCalls.lseek(fd, offset, ContentCalls.SEEK_HOLE));
    }

    @Override public long copyFileRange(PosixFile target, long offset, long targetOffset, long length) {
        return thread.call(
                () -> ContentCalls.copyFileRange(fd, offset, ((LibcFile) target).fd, targetOffset, length));
    }

    @Override public byte[] getxattr(String name) {
        return thread.call(() -> XattrCalls.get(fd, Name.of(name)));
    }

    @Override public void setxattr(String name, byte[] value, int flags) {
        run(() -> XattrCalls.set(fd, Name.of(name), value, flags));
    }

    private static RecordLock recordLock(LockRange range) {
        long length = range.end() == LockRange.TO_THE_END ? 0 : range.end() - range.start() + 1;
        return new RecordLock(range.type().code(), range.start(), length, 0);
    }

    @Override public Optional<LockRange> getlk(LockRange wanted) {
        return thread.call(() -> {
            RecordLock found = LockCalls.get(fd, recordLock(wanted));
            return Optional.of(LockRange.of(LockType.byCode(found.type()), found.start(), found.length()))
                    .filter(lock -> lock.type() != LockType.UNLOCKED);
        });
    }

    @Override public void lock(LockRange range) {
        run(() -> LockCalls.set(fd, recordLock(range)));
    }

    @Override public void lockWaiting(LockRange range) {
        run(() -> LockCalls.setlkw(fd, recordLock(range)));
    }

    private static int operation(LockType type) {
        return switch (type) {
            case READ -> LockCalls.LOCK_SH;
            case WRITE -> LockCalls.LOCK_EX;
            case UNLOCKED -> LockCalls.LOCK_UN;
        };
    }

    @Override public void flock(LockType type) {
        run(() -> LockCalls.flock(fd, operation(type)));
    }

    @Override public void tryFlock(LockType type) {
        run(() -> LockCalls.flock(fd, operation(type) | LockCalls.LOCK_NB));
    }

    @Override public void sync(boolean dataOnly) {
        run(() -> {
            if (dataOnly) {
                ContentCalls.fdatasync(fd);
            } else {
                ContentCalls.fsync(fd);
            }
        });
    }

    @Override public void close() {
        fd.close();
    }
}
