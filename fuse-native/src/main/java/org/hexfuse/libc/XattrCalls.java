package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;

/**
 * Cold system calls on extended attributes. Without {@code follow} they do not follow a symbolic link, as {@code lgetxattr(2)}.
 */
public final class XattrCalls {
    /** For {@link #set}: EEXIST if the attribute exists. */
    public static final int CREATE = 1;
    /** For {@link #set}: ENODATA if the attribute does not exist. */
    public static final int REPLACE = 2;

    private static final MethodHandle GETXATTR = Libc.find("getxattr", JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle LGETXATTR = Libc.find("lgetxattr", JAVA_LONG, ADDRESS, ADDRESS, ADDRESS,
            JAVA_LONG);
    private static final MethodHandle FGETXATTR = Libc.find("fgetxattr", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS,
            JAVA_LONG);
    private static final MethodHandle SETXATTR = Libc.find("setxattr", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG,
            JAVA_INT);
    private static final MethodHandle LSETXATTR = Libc.find("lsetxattr", JAVA_INT, ADDRESS, ADDRESS, ADDRESS,
            JAVA_LONG, JAVA_INT);
    private static final MethodHandle FSETXATTR = Libc.find("fsetxattr", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS,
            JAVA_LONG, JAVA_INT);
    private static final MethodHandle LISTXATTR = Libc.find("listxattr", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle LLISTXATTR = Libc.find("llistxattr", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle REMOVEXATTR = Libc.find("removexattr", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle LREMOVEXATTR = Libc.find("lremovexattr", JAVA_INT, ADDRESS, ADDRESS);

    /** The room of the first call, enough for nearly all values. */
    private static final long FIRST = 1024;
    /** XATTR_SIZE_MAX and XATTR_LIST_MAX of the kernel, the room after ERANGE. */
    private static final long MOST = 65_536;

    private XattrCalls() {}

    /** {@code getxattr(2)}: a value; ENODATA if it does not exist. */
    public static byte[] get(NativePath path, Name name, boolean follow) throws LibcException {
        MethodHandle handle = follow ? GETXATTR : LGETXATTR;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = path.in(arena);
            MemorySegment key = string(arena, name);
            return value(arena, room -> Libc.call("getxattr " + path,
                    s -> (long) handle.invokeExact(s, file, key, room, room.byteSize())));
        }
    }

    /** {@code fgetxattr(2)}: a value; ENODATA if it does not exist. */
    public static byte[] get(Fd fd, Name name) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment key = string(arena, name);
            return value(arena, room -> fd.call("fgetxattr",
                    (s, number) -> (long) FGETXATTR.invokeExact(s, number, key, room, room.byteSize())));
        }
    }

    /** {@code setxattr(2)}; {@code flags} are 0, {@link #CREATE} or {@link #REPLACE}. */
    public static void set(NativePath path, Name name, byte[] value, int flags, boolean follow) throws LibcException {
        MethodHandle handle = follow ? SETXATTR : LSETXATTR;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = path.in(arena);
            MemorySegment key = string(arena, name);
            MemorySegment content = arena.allocateFrom(JAVA_BYTE, value);
            Libc.call("setxattr " + path,
                    s -> (int) handle.invokeExact(s, file, key, content, (long) value.length, flags));
        }
    }

    /** {@code fsetxattr(2)}; {@code flags} are 0, {@link #CREATE} or {@link #REPLACE}. */
    public static void set(Fd fd, Name name, byte[] value, int flags) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment key = string(arena, name);
            MemorySegment content = arena.allocateFrom(JAVA_BYTE, value);
            fd.call("fsetxattr", (s, number) -> (int) FSETXATTR.invokeExact(s, number, key, content,
                    (long) value.length, flags));
        }
    }

    /** {@code listxattr(2)}: all names. */
    public static List<Name> list(NativePath path, boolean follow) throws LibcException {
        MethodHandle handle = follow ? LISTXATTR : LLISTXATTR;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = path.in(arena);
            byte[] list = value(arena, room -> Libc.call("listxattr " + path,
                    s -> (long) handle.invokeExact(s, file, room, room.byteSize())));
            var names = new ArrayList<Name>();
            int start = 0;
            for (int i = 0; i < list.length; i++) {
                if (list[i] == 0) {
                    names.add(Name.of(MemorySegment.ofArray(list), start, i - start));
                    start = i + 1;
                }
            }
            return names;
        }
    }

    /** {@code removexattr(2)}; ENODATA if it does not exist. */
    public static void remove(NativePath path, Name name, boolean follow) throws LibcException {
        MethodHandle handle = follow ? REMOVEXATTR : LREMOVEXATTR;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = path.in(arena);
            MemorySegment key = string(arena, name);
            Libc.call("removexattr " + path, s -> (int) handle.invokeExact(s, file, key));
        }
    }

    @FunctionalInterface private interface Read {
        long into(MemorySegment room) throws LibcException;
    }

    private static byte[] value(Arena arena, Read read) throws LibcException {
        try {
            return value(arena, read, FIRST);
        } catch (LibcException e) {
            if (e.errno() != Errno.ERANGE) {
                throw e;
            }
            return value(arena, read, MOST);
        }
    }

    private static byte[] value(Arena arena, Read read, long bytes) throws LibcException {
        MemorySegment room = arena.allocate(bytes);
        return room.asSlice(0, read.into(room)).toArray(JAVA_BYTE);
    }

    private static MemorySegment string(Arena arena, Name name) {
        MemorySegment memory = arena.allocate(name.length() + 1L);
        name.copyTo(memory, 0);
        return memory;
    }
}
