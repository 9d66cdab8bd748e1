package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * A filesystem that is set up parameter by parameter and then mounted, by {@code fsopen(2)} and its brothers, which Linux has
 * since 5.2. Unlike {@code mount(2)} they say which parameter is wrong, and values may have commas.
 *
 * <p>All need CAP_SYS_ADMIN. Used by one thread. Source: Linux {@code fs/fsopen.c}, {@code include/uapi/linux/mount.h}.
 */
public final class FilesystemContext implements AutoCloseable {
    /** These system calls have the same numbers on all architectures. */
    private static final long MOVE_MOUNT = 429;
    private static final long FSOPEN = 430;
    private static final long FSCONFIG = 431;
    private static final long FSMOUNT = 432;

    private static final long CLOEXEC = 1;
    private static final long SET_FLAG = 0;
    private static final long SET_STRING = 1;
    private static final long CREATE = 6;
    private static final long AT_FDCWD = -100;
    private static final long EMPTY_FROM_PATH = 4;
    private static final int MAX_MESSAGE = 4096;
    private static final int MOST_MESSAGES = 16;

    private static final MethodHandle OPEN = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
    private static final MethodHandle CONFIG = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG,
            JAVA_LONG,
            ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle MOUNT = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG);
    private static final MethodHandle MOVE = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS,
            JAVA_LONG, ADDRESS, JAVA_LONG);

    private final Fd context;

    private FilesystemContext(Fd context) {
        this.context = context;
    }

    /**
     * Begins to set up a filesystem.
     *
     * @param type the filesystem type, without a subtype
     * @throws LibcException ENOSYS before Linux 5.2; ENODEV for an unknown type
     */
    public static FilesystemContext open(String type) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(type);
            return new FilesystemContext(Fd.of((int) Libc.call("fsopen " + type,
                    s -> (long) OPEN.invokeExact(s, FSOPEN, name, CLOEXEC))));
        }
    }

    /** Sets a parameter that is on or off to on. */
    public void set(String flag) throws LibcException {
        config(flag, SET_FLAG, flag, null);
    }

    /** Sets a parameter, such as {@code source}. */
    public void set(String key, String value) throws LibcException {
        config(key + "=" + value, SET_STRING, key, value);
    }

    /**
     * Makes the filesystem and a mount of it, which is not in the tree yet and is gone when the descriptor is closed before it is.
     *
     * @param attributes MOUNT_ATTR flags of {@link MountFlags}, combined by OR
     */
    public Fd mount(long attributes) throws LibcException {
        config("create", CREATE, null, null);
        return Fd.of((int) call("fsmount",
                (state, fd) -> (long) MOUNT.invokeExact(state, FSMOUNT, (long) fd, CLOEXEC, attributes)));
    }

    /** Puts a mount of {@link #mount} into the tree. */
    public static void attach(Fd mount, String target) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocateFrom("");
            MemorySegment to = arena.allocateFrom(target);
            mount.call("mount " + target,
                    (s, fd) -> (long) MOVE.invokeExact(s, MOVE_MOUNT, (long) fd, from, AT_FDCWD, to, EMPTY_FROM_PATH));
        }
    }

    private void config(String what, long command, String key, String value) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = key == null ? MemorySegment.NULL : arena.allocateFrom(key);
            MemorySegment text = value == null ? MemorySegment.NULL : arena.allocateFrom(value);
            call("fsconfig " + what,
                    (state, fd) -> (long) CONFIG.invokeExact(state, FSCONFIG, (long) fd, command, name, text, 0L));
        }
    }

    /** Makes a call. If it fails the exception has what the kernel says of it, where it says anything. */
    private long call(String what, Fd.Call call) throws LibcException {
        try {
            return context.call(what, call);
        } catch (LibcException e) {
            List<String> messages = messages();
            throw messages.isEmpty() ? e : LibcException.of(what + ": " + String.join("; ", messages), e.errno());
        }
    }

    /** The errors that the kernel has noted; each read gives one. */
    private List<String> messages() {
        var messages = new ArrayList<String>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(MAX_MESSAGE);
            for (int i = 0; i < MOST_MESSAGES; i++) {
                long length = Syscalls.read(context, memory, MAX_MESSAGE);
                if (length <= 0) {
                    break;
                }
                String text = new String(memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), UTF_8).strip();
                // 'e' for an error, 'w' for a warning, 'i' for information.
                if (text.startsWith("e ")) {
                    messages.add(text.substring(2));
                }
            }
        }
        return messages;
    }

    @Override public void close() {
        context.close();
    }
}
