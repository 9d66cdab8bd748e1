package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@code mount(2)} and {@code umount2(2)}. Both need CAP_SYS_ADMIN and may block. */
public final class MountCalls {
    private static final MethodHandle MOUNT = Libc.find("mount", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG,
            ADDRESS);
    private static final MethodHandle UMOUNT2 = Libc.find("umount2", JAVA_INT, ADDRESS, JAVA_INT);

    private MountCalls() {}

    /**
     * Mounts.
     *
     * @param source the source, as {@code /proc/mounts} shows it
     * @param target the mount point
     * @param type the filesystem type
     * @param flags see {@link MountFlags}
     * @param data the options of the filesystem, separated by commas
     */
    public static void mount(String source, String target, String type, long flags, String data) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocateFrom(source);
            MemorySegment to = arena.allocateFrom(target);
            MemorySegment kind = arena.allocateFrom(type);
            MemorySegment options = arena.allocateFrom(data);
            Libc.call("mount " + target, s -> (int) MOUNT.invokeExact(s, from, to, kind, flags, options));
        }
    }

    /** Unmounts; see {@link MountFlags}. */
    public static void umount(String target, int flags) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment at = arena.allocateFrom(target);
            Libc.call("umount " + target, s -> (int) UMOUNT2.invokeExact(s, at, flags));
        }
    }
}
