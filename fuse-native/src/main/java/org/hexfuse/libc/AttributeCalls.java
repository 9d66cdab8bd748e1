package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Cold system calls that change permissions, owners and times. An id of -1 is not changed. */
public final class AttributeCalls {
    private static final MethodHandle CHMOD = Libc.find("chmod", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle FCHMOD = Libc.find("fchmod", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle CHOWN = Libc.find("chown", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle LCHOWN = Libc.find("lchown", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle FCHOWN = Libc.find("fchown", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle UTIMENSAT = Libc.find("utimensat", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS,
            JAVA_INT);
    private static final MethodHandle FUTIMENS = Libc.find("futimens", JAVA_INT, JAVA_INT, ADDRESS);

    private AttributeCalls() {}

    /** {@code chmod(2)}: follows a symbolic link. */
    public static void chmod(NativePath path, int mode) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            Libc.call("chmod " + path, s -> (int) CHMOD.invokeExact(s, name, mode));
        }
    }

    /** {@code fchmod(2)}. */
    public static void fchmod(Fd fd, int mode) throws LibcException {
        fd.call("fchmod", (s, number) -> (int) FCHMOD.invokeExact(s, number, mode));
    }

    /** {@code chown(2)}: follows a symbolic link. */
    public static void chown(NativePath path, int uid, int gid) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            Libc.call("chown " + path, s -> (int) CHOWN.invokeExact(s, name, uid, gid));
        }
    }

    /** {@code lchown(2)}: does not follow a symbolic link. */
    public static void lchown(NativePath path, int uid, int gid) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            Libc.call("lchown " + path, s -> (int) LCHOWN.invokeExact(s, name, uid, gid));
        }
    }

    /** {@code fchown(2)}. */
    public static void fchown(Fd fd, int uid, int gid) throws LibcException {
        fd.call("fchown", (s, number) -> (int) FCHOWN.invokeExact(s, number, uid, gid));
    }

    /** {@code utimensat(2)}: follows a symbolic link. */
    public static void utimens(NativePath path, NewTime accessed, NewTime modified) throws LibcException {
        utimensat(path, accessed, modified, 0);
    }

    /** {@code utimensat(2)}: does not follow a symbolic link. */
    public static void lutimens(NativePath path, NewTime accessed, NewTime modified) throws LibcException {
        utimensat(path, accessed, modified, PosixFiles.AT_SYMLINK_NOFOLLOW);
    }

    private static void utimensat(NativePath path, NewTime accessed, NewTime modified, int flags)
            throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = path.in(arena);
            MemorySegment times = times(arena, accessed, modified);
            Libc.call("utimens " + path,
                    s -> (int) UTIMENSAT.invokeExact(s, PosixFiles.AT_FDCWD, name, times, flags));
        }
    }

    /** {@code futimens(3)}. */
    public static void futimens(Fd fd, NewTime accessed, NewTime modified) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment times = times(arena, accessed, modified);
            fd.call("futimens", (s, number) -> (int) FUTIMENS.invokeExact(s, number, times));
        }
    }

    private static MemorySegment times(Arena arena, NewTime accessed, NewTime modified) {
        MemorySegment times = arena.allocate(2 * NewTime.SIZE, 8);
        accessed.write(times, 0);
        modified.write(times, NewTime.SIZE);
        return times;
    }
}
