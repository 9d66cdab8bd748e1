package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.OpenFlags;

/**
 * The system calls on a file that a descriptor is open for, O_PATH suffices, whatever the type of the file: a symbolic link is not
 * followed. Each returns the result of the system call, or the negated errno, as a hot call does. Those that have no flag for it go
 * through {@code /proc/self/fd}, whose links lead to the file itself.
 *
 * <p>Source: {@code statx(2)}, {@code proc(5)}, {@code xattr(7)}.
 */
public final class InodeCalls {
    private static final MethodHandle STATX = Libc.find("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT,
            ADDRESS);
    private static final MethodHandle READLINKAT = Libc.find("readlinkat", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS,
            JAVA_LONG);
    private static final MethodHandle FCHOWNAT = Libc.find("fchownat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT,
            JAVA_INT);
    private static final MethodHandle FCHMODAT = Libc.find("fchmodat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT,
            JAVA_INT);
    private static final MethodHandle UTIMENSAT = Libc.find("utimensat", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS,
            JAVA_INT);
    private static final MethodHandle GETXATTR = Libc.find("getxattr", JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle SETXATTR = Libc.find("setxattr", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG,
            JAVA_INT);
    private static final MethodHandle LISTXATTR = Libc.find("listxattr", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle REMOVEXATTR = Libc.find("removexattr", JAVA_INT, ADDRESS, ADDRESS);

    private static final MethodHandle FCNTL = Libc.findVariadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle CLOSE = Libc.find("close", JAVA_INT, JAVA_INT);

    private static final int AT_NO_AUTOMOUNT = 0x800;
    private static final int F_DUPFD_CLOEXEC = 1030;

    private InodeCalls() {}

    /**
     * Opens the file that {@code file} is open for once more, and returns the number of the new descriptor. Opening a device or a pipe
     * has effects, and O_NOFOLLOW protects from none of them: the caller knows the type of the file.
     *
     * @param openFiles {@code /proc/self/fd}
     */
    public static int reopen(Fd openFiles, Fd file, int flags) {
        return (int) byNumber(openFiles, file, (s, proc, name) -> (int) AtCalls.OPENAT.invokeExact(s, proc, name,
                flags | OpenFlags.CLOEXEC, 0));
    }

    /** {@code statx(2)}. */
    public static int statx(Fd file, FileAttributes into) {
        MemorySegment nothing = CallMemory.ofThread().empty();
        return (int) file.attempt((s, number) -> (int) STATX.invokeExact(s, number, nothing,
                PosixFiles.AT_EMPTY_PATH | AT_NO_AUTOMOUNT, FileAttributes.MASK, into.memory()));
    }

    /** {@code statx(2)} of a name in an open directory; does not follow a symbolic link. */
    public static int statx(Fd directory, Name name, FileAttributes into) {
        if (CallMemory.isTooLong(name)) {
            return AtCalls.TOO_LONG;
        }
        MemorySegment path = CallMemory.ofThread().string(name);
        return (int) directory.attempt((s, number) -> (int) STATX.invokeExact(s, number, path,
                PosixFiles.AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, FileAttributes.MASK, into.memory()));
    }

    /** {@code readlinkat(2)}: the whole target of a symbolic link. */
    public static byte[] readlink(Fd link) throws LibcException {
        CallMemory memory = CallMemory.ofThread();
        MemorySegment nothing = memory.empty();
        MemorySegment target = memory.bulk();
        long length = link.call("readlink", (s, number) -> (long) READLINKAT.invokeExact(s, number, nothing, target,
                (long) CallMemory.BULK));
        return target.asSlice(0, length).toArray(JAVA_BYTE);
    }

    /** {@code fchownat(2)}; an id of -1 is not changed. */
    public static int chown(Fd file, int uid, int gid) {
        MemorySegment nothing = CallMemory.ofThread().empty();
        return (int) file.attempt((s, number) -> (int) FCHOWNAT.invokeExact(s, number, nothing, uid, gid,
                PosixFiles.AT_EMPTY_PATH));
    }

    /** {@code fchmodat(2)} through {@code /proc/self/fd}. EOPNOTSUPP for a symbolic link. */
    public static int chmod(Fd openFiles, Fd file, int mode) {
        return (int) byNumber(openFiles, file, (s, proc, name) -> (int) FCHMODAT.invokeExact(s, proc, name, mode, 0));
    }

    /** {@code utimensat(2)} through {@code /proc/self/fd}. */
    public static int utimens(Fd openFiles, Fd file, NewTime accessed, NewTime modified) {
        MemorySegment times = CallMemory.ofThread().struct();
        accessed.write(times, 0);
        modified.write(times, NewTime.SIZE);
        return (int) byNumber(openFiles, file,
                (s, proc, name) -> (int) UTIMENSAT.invokeExact(s, proc, name, times, 0));
    }

    /** {@code getxattr(2)}: the length of the value, which is then in {@link #value}; ENODATA if it does not exist. */
    public static int getxattr(Fd file, Name name) {
        if (CallMemory.isTooLong(name)) {
            return AtCalls.TOO_LONG;
        }
        CallMemory memory = CallMemory.ofThread();
        MemorySegment key = memory.otherString(name);
        MemorySegment room = memory.bulk();
        return (int) file.attempt((s, number) -> (long) GETXATTR.invokeExact(s, memory.path(number), key, room,
                (long) CallMemory.BULK));
    }

    /** The value that this thread's last {@link #getxattr} has got. */
    public static byte[] value(int length) {
        return CallMemory.ofThread().bulk().asSlice(0, length).toArray(JAVA_BYTE);
    }

    /** {@code setxattr(2)}; {@code flags} are 0, {@link XattrCalls#CREATE} or {@link XattrCalls#REPLACE}. */
    public static int setxattr(Fd file, Name name, byte[] value, int flags) {
        if (CallMemory.isTooLong(name)) {
            return AtCalls.TOO_LONG;
        }
        if (value.length > CallMemory.BULK) {
            return -Errno.E2BIG.code();
        }
        CallMemory memory = CallMemory.ofThread();
        MemorySegment key = memory.otherString(name);
        MemorySegment content = memory.bulk();
        MemorySegment.copy(value, 0, content, JAVA_BYTE, 0, value.length);
        return (int) file.attempt((s, number) -> (int) SETXATTR.invokeExact(s, memory.path(number), key, content,
                (long) value.length, flags));
    }

    /** {@code listxattr(2)}: all names. */
    public static List<Name> listxattr(Fd file) throws LibcException {
        CallMemory memory = CallMemory.ofThread();
        MemorySegment list = memory.bulk();
        long length = file.call("listxattr", (s, number) -> (long) LISTXATTR.invokeExact(s, memory.path(number), list,
                (long) CallMemory.BULK));
        var names = new ArrayList<Name>();
        long start = 0;
        for (long i = 0; i < length; i++) {
            if (list.get(JAVA_BYTE, i) == 0) {
                names.add(Name.of(list, start, (int) (i - start)));
                start = i + 1;
            }
        }
        return names;
    }

    /** {@code removexattr(2)}; ENODATA if it does not exist. */
    public static int removexattr(Fd file, Name name) {
        if (CallMemory.isTooLong(name)) {
            return AtCalls.TOO_LONG;
        }
        CallMemory memory = CallMemory.ofThread();
        MemorySegment key = memory.otherString(name);
        return (int) file.attempt((s, number) -> (int) REMOVEXATTR.invokeExact(s, memory.path(number), key));
    }

    /** Closes a duplicate of a descriptor, which is when a filesystem such as NFS reports what it could not write. */
    public static int flush(Fd file) {
        long duplicate = file.attempt(
                (s, number) -> (int) FCNTL.invokeExact(s, number, F_DUPFD_CLOEXEC, 0L));
        return (int) (duplicate < 0 ? duplicate
                : Libc.attempt(state -> (int) CLOSE.invokeExact(state, (int) duplicate)));
    }

    /** A call on the link of a descriptor in {@code /proc/self/fd}. */
    @FunctionalInterface private interface ByNumber {
        long invoke(MemorySegment state, int openFiles, MemorySegment name) throws Throwable;
    }

    private static long byNumber(Fd openFiles, Fd file, ByNumber call) {
        int number = file.acquire();
        if (number < 0) {
            return AtCalls.CLOSED;
        }
        try {
            MemorySegment name = CallMemory.ofThread().number(number);
            return openFiles.attempt((s, proc) -> call.invoke(s, proc, name));
        } finally {
            file.release();
        }
    }
}
