package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.DeviceNumber;
import org.hexfuse.posix.OpenFlags;

/**
 * The system calls on a name in a directory that is open, O_PATH suffices. Each returns the result of the system call, or the negated
 * errno, as a hot call does. A name is passed to the kernel as it is: whether it is a single component is the caller's concern.
 *
 * <p>Source: {@code openat2(2)}, {@code mkdirat(2)} and the others of their kind.
 */
public final class AtCalls {
    /** For {@link #openat2}: EXDEV at a mount point. */
    public static final long RESOLVE_NO_XDEV = 1;
    /** For {@link #openat2}: ELOOP at a link of {@code /proc}. */
    public static final long RESOLVE_NO_MAGICLINKS = 2;
    /** For {@link #openat2}: ELOOP at a symbolic link, except a trailing one with O_PATH and O_NOFOLLOW. */
    public static final long RESOLVE_NO_SYMLINKS = 4;
    /** For {@link #openat2}: EXDEV for a path that leaves the directory. */
    public static final long RESOLVE_BENEATH = 8;

    /** For {@link #unlinkat}: removes a directory. */
    public static final int AT_REMOVEDIR = 0x200;

    private static final long OPENAT2_NUMBER = 437;
    private static final long OPEN_HOW = 24;
    static final int CLOSED = -Errno.EBADF.code();
    static final int TOO_LONG = -Errno.ENAMETOOLONG.code();

    static final MethodHandle OPENAT = Libc.findVariadic("openat", 3, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT,
            JAVA_INT);
    private static final MethodHandle OPENAT2 = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG,
            ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle MKDIRAT = Libc.find("mkdirat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle MKNODAT = Libc.find("mknodat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG);
    private static final MethodHandle SYMLINKAT = Libc.find("symlinkat", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
    private static final MethodHandle LINKAT = Libc.find("linkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS,
            JAVA_INT);
    private static final MethodHandle UNLINKAT = Libc.find("unlinkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle RENAMEAT2 = Libc.find("renameat2", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS,
            JAVA_INT);

    private AtCalls() {}

    /** {@code openat(2)}: the number of the new descriptor, which is closed on {@code exec}. */
    public static int openat(Fd directory, Name name, int flags, int mode) {
        if (CallMemory.isTooLong(name)) {
            return TOO_LONG;
        }
        MemorySegment path = CallMemory.ofThread().string(name);
        return (int) directory.attempt(
                (s, number) -> (int) OPENAT.invokeExact(s, number, path, flags | OpenFlags.CLOEXEC, mode));
    }

    /**
     * {@code openat2(2)}, of Linux 5.6: the number of the new descriptor, which is closed on {@code exec}.
     *
     * @param resolve flags RESOLVE_*
     */
    public static int openat2(Fd directory, Name name, int flags, long resolve) {
        if (CallMemory.isTooLong(name)) {
            return TOO_LONG;
        }
        CallMemory memory = CallMemory.ofThread();
        MemorySegment path = memory.string(name);
        MemorySegment how = memory.struct();
        how.set(JAVA_LONG, 0, Integer.toUnsignedLong(flags | OpenFlags.CLOEXEC));
        how.set(JAVA_LONG, 8, 0);
        how.set(JAVA_LONG, 16, resolve);
        return (int) directory.attempt(
                (s, number) -> (long) OPENAT2.invokeExact(s, OPENAT2_NUMBER, (long) number, path, how, OPEN_HOW));
    }

    /** {@code mkdirat(2)}. */
    public static int mkdirat(Fd directory, Name name, int mode) {
        if (CallMemory.isTooLong(name)) {
            return TOO_LONG;
        }
        MemorySegment path = CallMemory.ofThread().string(name);
        return (int) directory.attempt((s, number) -> (int) MKDIRAT.invokeExact(s, number, path, mode));
    }

    /**
     * {@code mknodat(2)}: a file of the type in {@code mode}, see {@link FileStatus#KIND}.
     *
     * @param device the number of a device file, see {@link DeviceNumber}; else 0
     */
    public static int mknodat(Fd directory, Name name, int mode, int device) {
        if (CallMemory.isTooLong(name)) {
            return TOO_LONG;
        }
        MemorySegment path = CallMemory.ofThread().string(name);
        return (int) directory.attempt(
                (s, number) -> (int) MKNODAT.invokeExact(s, number, path, mode, Integer.toUnsignedLong(device)));
    }

    /** {@code symlinkat(2)}: a symbolic link with any target. */
    public static int symlinkat(Name target, Fd directory, Name name) {
        if (CallMemory.isTooLong(name) || CallMemory.isTooLong(target)) {
            return TOO_LONG;
        }
        CallMemory memory = CallMemory.ofThread();
        MemorySegment text = memory.otherString(target);
        MemorySegment path = memory.string(name);
        return (int) directory.attempt((s, number) -> (int) SYMLINKAT.invokeExact(s, text, number, path));
    }

    /**
     * {@code linkat(2)}: a hard link to what a descriptor is open for, O_PATH or not, through {@code /proc}, which needs no capability.
     *
     * @param openFiles {@code /proc/self/fd}
     */
    public static int linkat(Fd openFiles, Fd file, Fd directory, Name name) {
        if (CallMemory.isTooLong(name)) {
            return TOO_LONG;
        }
        CallMemory memory = CallMemory.ofThread();
        MemorySegment to = memory.otherString(name);
        int proc = openFiles.acquire();
        if (proc < 0) {
            return CLOSED;
        }
        try {
            return linkat(proc, file, directory, memory, to);
        } finally {
            openFiles.release();
        }
    }

    private static int linkat(int proc, Fd file, Fd directory, CallMemory memory, MemorySegment to) {
        int linked = file.acquire();
        if (linked < 0) {
            return CLOSED;
        }
        try {
            MemorySegment from = memory.number(linked);
            return (int) directory.attempt(
                    (s, number) -> (int) LINKAT.invokeExact(s, proc, from, number, to, PosixFiles.AT_SYMLINK_FOLLOW));
        } finally {
            file.release();
        }
    }

    /** {@code unlinkat(2)}; {@code flags} are 0 or {@link #AT_REMOVEDIR}. */
    public static int unlinkat(Fd directory, Name name, int flags) {
        if (CallMemory.isTooLong(name)) {
            return TOO_LONG;
        }
        MemorySegment path = CallMemory.ofThread().string(name);
        return (int) directory.attempt((s, number) -> (int) UNLINKAT.invokeExact(s, number, path, flags));
    }

    /** {@code renameat2(2)}; {@code flags} are 0 or those of {@link NameCalls#rename}. */
    public static int renameat2(Fd directory, Name name, Fd target, Name targetName, int flags) {
        if (CallMemory.isTooLong(name) || CallMemory.isTooLong(targetName)) {
            return TOO_LONG;
        }
        CallMemory memory = CallMemory.ofThread();
        MemorySegment from = memory.string(name);
        MemorySegment to = memory.otherString(targetName);
        int there = target.acquire();
        if (there < 0) {
            return CLOSED;
        }
        try {
            return (int) directory.attempt(
                    (s, number) -> (int) RENAMEAT2.invokeExact(s, number, from, there, to, flags));
        } finally {
            target.release();
        }
    }
}
