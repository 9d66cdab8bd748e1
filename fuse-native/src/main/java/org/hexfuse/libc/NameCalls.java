package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.hexfuse.posix.DeviceNumber;

/** Cold system calls on directory entries. The umask of the thread applies to modes. */
public final class NameCalls {
    /** For {@link #rename}: EEXIST if the new name exists. */
    public static final int RENAME_NOREPLACE = 1;
    /** For {@link #rename}: exchanges the two names. */
    public static final int RENAME_EXCHANGE = 2;
    /** For {@link #rename}: leaves a whiteout behind. */
    public static final int RENAME_WHITEOUT = 4;

    private static final MethodHandle MKDIR = Libc.find("mkdir", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle MKNOD = Libc.find("mknod", JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG);
    private static final MethodHandle SYMLINK = Libc.find("symlink", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle READLINK = Libc.find("readlink", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle LINKAT = Libc.find("linkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS,
            JAVA_INT);
    private static final MethodHandle UNLINK = Libc.find("unlink", JAVA_INT, ADDRESS);
    private static final MethodHandle RMDIR = Libc.find("rmdir", JAVA_INT, ADDRESS);
    private static final MethodHandle RENAMEAT2 = Libc.find("renameat2", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS,
            JAVA_INT);

    private static final int LONGEST_TARGET = 4096;

    private NameCalls() {}

    /** {@code mkdir(2)}. */
    public static void mkdir(NativePath path, int mode) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            Libc.call("mkdir " + path, s -> (int) MKDIR.invokeExact(s, name, mode));
        }
    }

    /**
     * {@code mknod(2)}: a file of the type in {@code mode}, see {@link FileStatus#KIND}.
     *
     * @param major the major number of a device file, else 0; at most 12 bits
     * @param minor the minor number of a device file, else 0; at most 20 bits
     */
    public static void mknod(NativePath path, int mode, int major, int minor) throws LibcException {
        long device = Integer.toUnsignedLong(DeviceNumber.of(major, minor));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            Libc.call("mknod " + path, s -> (int) MKNOD.invokeExact(s, name, mode, device));
        }
    }

    /** {@code symlink(2)}: a symbolic link at {@code path} with any target. */
    public static void symlink(NativePath target, NativePath path) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = target.in(arena);
            MemorySegment name = path.in(arena);
            Libc.call("symlink " + path, s -> (int) SYMLINK.invokeExact(s, text, name));
        }
    }

    /** {@code readlink(2)}: the whole target of a symbolic link. */
    public static byte[] readlink(NativePath path) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            MemorySegment text = arena.allocate(LONGEST_TARGET);
            long length = Libc.call("readlink " + path,
                    s -> (long) READLINK.invokeExact(s, name, text, (long) LONGEST_TARGET));
            return text.asSlice(0, length).toArray(JAVA_BYTE);
        }
    }

    /** {@code link(2)}: a hard link; does not follow a symbolic link. */
    public static void link(NativePath existing, NativePath path) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = existing.in(arena);
            MemorySegment to = path.in(arena);
            Libc.call("link " + path,
                    s -> (int) LINKAT.invokeExact(s, PosixFiles.AT_FDCWD, from, PosixFiles.AT_FDCWD, to, 0));
        }
    }

    /** {@code linkat(2)}: a hard link to an open file, through {@code /proc}, which needs no capability. */
    public static void link(Fd fd, NativePath path) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment to = path.in(arena);
            fd.call("link " + path, (s, number) -> {
                MemorySegment from = arena.allocateFrom("/proc/thread-self/fd/" + number);
                return (int) LINKAT.invokeExact(s, PosixFiles.AT_FDCWD, from, PosixFiles.AT_FDCWD, to,
                        PosixFiles.AT_SYMLINK_FOLLOW);
            });
        }
    }

    /** {@code unlink(2)}. */
    public static void unlink(NativePath path) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            Libc.call("unlink " + path, s -> (int) UNLINK.invokeExact(s, name));
        }
    }

    /** {@code rmdir(2)}. */
    public static void rmdir(NativePath path) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            Libc.call("rmdir " + path, s -> (int) RMDIR.invokeExact(s, name));
        }
    }

    /** {@code renameat2(2)}; {@code flags} are 0 or those of this class. */
    public static void rename(NativePath from, NativePath to, int flags) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = from.in(arena);
            MemorySegment target = to.in(arena);
            Libc.call("rename " + from, s -> (int) RENAMEAT2.invokeExact(s, PosixFiles.AT_FDCWD, source,
                    PosixFiles.AT_FDCWD, target, flags));
        }
    }
}
