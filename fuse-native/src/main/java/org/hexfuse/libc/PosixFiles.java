package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.posix.Timespec;

/** Cold system calls that read attributes. */
public final class PosixFiles {
    private static final MethodHandle STATX = Libc.find("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT,
            ADDRESS);
    private static final MethodHandle STATFS = Libc.find("statfs", JAVA_INT, ADDRESS, ADDRESS);

    private static final MethodHandle FSTATFS = Libc.find("fstatfs", JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle ACCESS = Libc.find("access", JAVA_INT, ADDRESS, JAVA_INT);

    static final int AT_FDCWD = -100;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_SYMLINK_FOLLOW = 0x400;
    static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_SIZE = 256;
    private static final int STATFS_SIZE = 256;

    private PosixFiles() {}

    /** {@code stat(2)}: follows a symbolic link. */
    public static FileStatus stat(NativePath path) throws LibcException {
        return stat("stat", path, 0);
    }

    /** {@code lstat(2)}: does not follow a symbolic link. */
    public static FileStatus lstat(NativePath path) throws LibcException {
        return stat("lstat", path, AT_SYMLINK_NOFOLLOW);
    }

    /** {@code fstat(2)}: an open file. */
    public static FileStatus fstat(Fd fd) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nothing = arena.allocateFrom("");
            MemorySegment status = arena.allocate(STATX_SIZE, 8);
            fd.call("fstat", (s, number) -> (int) STATX.invokeExact(s, number, nothing, AT_EMPTY_PATH,
                    STATX_BASIC_STATS, status));
            return status(status);
        }
    }

    /**
     * {@code access(2)}: EACCES unless the real user of the thread has all permissions of {@code mask}: R_OK 4, W_OK 2,
     * X_OK 1; F_OK 0 tests for existence.
     */
    public static void access(NativePath path, int mask) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            Libc.call("access " + path, s -> (int) ACCESS.invokeExact(s, name, mask));
        }
    }

    /** {@code statfs(2)}: the filesystem of a file. */
    public static StatVfs statfs(NativePath path) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            MemorySegment s = arena.allocate(STATFS_SIZE, 8);
            Libc.call("statfs " + path, state -> (int) STATFS.invokeExact(state, name, s));
            return statfs(s);
        }
    }

    /** {@code fstatfs(2)}: the filesystem of the file that a descriptor is open for, O_PATH suffices. */
    public static StatVfs fstatfs(Fd fd) throws LibcException {
        MemorySegment s = CallMemory.ofThread().struct();
        fd.call("fstatfs", (state, number) -> (int) FSTATFS.invokeExact(state, number, s));
        return statfs(s);
    }

    private static StatVfs statfs(MemorySegment s) {
        return new StatVfs(s.get(JAVA_LONG, 72), s.get(JAVA_LONG, 16), s.get(JAVA_LONG, 24), s.get(JAVA_LONG, 32),
                s.get(JAVA_LONG, 40), s.get(JAVA_LONG, 48), (int) s.get(JAVA_LONG, 64));
    }

    private static FileStatus stat(String what, NativePath path, int flags) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            MemorySegment status = arena.allocate(STATX_SIZE, 8);
            Libc.call(what + " " + path,
                    s -> (int) STATX.invokeExact(s, AT_FDCWD, name, flags, STATX_BASIC_STATS, status));
            return status(status);
        }
    }

    /** Reads a {@code struct statx}. */
    private static FileStatus status(MemorySegment s) {
        return new FileStatus(s.get(JAVA_LONG, 32), Short.toUnsignedInt(s.get(JAVA_SHORT, 28)), s.get(JAVA_INT, 16),
                s.get(JAVA_INT, 20), s.get(JAVA_INT, 24), s.get(JAVA_LONG, 40), s.get(JAVA_LONG, 48),
                s.get(JAVA_INT, 4), pair(s, 136), pair(s, 128), time(s, 64), time(s, 112), time(s, 96));
    }

    private static long pair(MemorySegment s, long offset) {
        return (long) s.get(JAVA_INT, offset) << Integer.SIZE | Integer.toUnsignedLong(s.get(JAVA_INT, offset + 4));
    }

    private static Timespec time(MemorySegment s, long offset) {
        return new Timespec(s.get(JAVA_LONG, offset), s.get(JAVA_INT, offset + 8));
    }
}
