package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.hexfuse.abi.Errno;

/**
 * The credentials by which the calling thread accesses files: the user and the group of the filesystem, the supplementary groups, the
 * effective capabilities and the umask. Unlike {@link ThreadIdentity#become} they can be changed back: the real, effective and saved
 * ids stay. The system calls are made raw, where functions of the C library change all threads.
 *
 * <p>Source: {@code setfsuid(2)}, {@code capabilities(7)}, {@code capset(2)}.
 */
public final class ThreadCredentials {
    /** To bypass permission checks of files. */
    public static final int CAP_DAC_OVERRIDE = 1;
    /** To bypass those for reading and searching, and to open by handle. */
    public static final int CAP_DAC_READ_SEARCH = 2;
    /** To keep the set-user-ID and set-group-ID bits where others lose them. */
    public static final int CAP_FSETID = 4;
    /** To change the group, also that of the filesystem. */
    public static final int CAP_SETGID = 6;
    /** To change the user, also that of the filesystem. */
    public static final int CAP_SETUID = 7;
    /** To make device nodes. */
    public static final int CAP_MKNOD = 27;

    private static final int CLONE_FS = 0x200;
    private static final int MOST_GROUPS = CallMemory.BULK / Integer.BYTES;
    /** _LINUX_CAPABILITY_VERSION_3, of 64 capabilities. */
    private static final int VERSION = 0x20080522;
    /** The sets follow the header in the memory of the call: effective, permitted, inheritable; twice. */
    private static final int SETS = 8;
    private static final int UPPER_SETS = SETS + 12;

    private static final MethodHandle SET_ONE = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GROUPS = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG,
            ADDRESS);
    private static final MethodHandle CAPABILITIES = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, ADDRESS,
            ADDRESS);
    private static final MethodHandle GETGROUPS = Libc.find("getgroups", JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle UNSHARE = Libc.find("unshare", JAVA_INT, JAVA_INT);
    private static final MethodHandle UMASK = Libc.find("umask", JAVA_INT, JAVA_INT);

    private ThreadCredentials() {}

    /** {@code setfsuid(2)}. It reports no error: {@link #fsuid} shows whether it was permitted. */
    public static void setfsuid(int uid) {
        set(SystemCallNumbers.current().setfsuid(), uid);
    }

    /** The user of the filesystem. */
    public static int fsuid() {
        return set(SystemCallNumbers.current().setfsuid(), -1);
    }

    /** {@code setfsgid(2)}. It reports no error: {@link #fsgid} shows whether it was permitted. */
    public static void setfsgid(int gid) {
        set(SystemCallNumbers.current().setfsgid(), gid);
    }

    /** The group of the filesystem. */
    public static int fsgid() {
        return set(SystemCallNumbers.current().setfsgid(), -1);
    }

    /** Returns the id before, also one that the C library takes for an error. */
    private static int set(int call, int id) {
        if (id != -1) {
            requirePlatformThread();
        }
        return (int) Libc.certain(s -> (long) SET_ONE.invokeExact(s, (long) call, id));
    }

    /** {@code setgroups(2)}, of this thread, at most 16,384 groups: 0 or the negated errno. */
    public static int setgroups(int... groups) {
        requirePlatformThread();
        if (groups.length > MOST_GROUPS) {
            return -Errno.EINVAL.code();
        }
        MemorySegment list = CallMemory.ofThread().bulk();
        MemorySegment.copy(groups, 0, list, JAVA_INT, 0, groups.length);
        return (int) Libc.attempt(s -> (long) GROUPS.invokeExact(s, (long) SystemCallNumbers.current().setgroups(),
                (long) groups.length, list));
    }

    /** The supplementary groups of this thread. */
    public static int[] groups() throws LibcException {
        MemorySegment list = CallMemory.ofThread().bulk();
        int count = (int) Libc.call("getgroups", s -> (int) GETGROUPS.invokeExact(s, MOST_GROUPS, list));
        return list.asSlice(0, (long) count * Integer.BYTES).toArray(JAVA_INT);
    }

    /** The effective capabilities of this thread: bit {@code 1 << n} for capability {@code n}. */
    public static long capabilities() {
        MemorySegment memory = sets();
        return Integer.toUnsignedLong(memory.get(JAVA_INT, SETS))
                | (long) memory.get(JAVA_INT, UPPER_SETS) << Integer.SIZE;
    }

    /** Sets the effective capabilities of this thread, which must be permitted: 0 or the negated errno. */
    public static int setCapabilities(long effective) {
        requirePlatformThread();
        MemorySegment memory = sets();
        memory.set(JAVA_INT, SETS, (int) effective);
        memory.set(JAVA_INT, UPPER_SETS, (int) (effective >>> Integer.SIZE));
        return (int) Libc
                .attempt(s -> (long) CAPABILITIES.invokeExact(s, (long) SystemCallNumbers.current().capset(), memory,
                        memory.asSlice(SETS)));
    }

    private static MemorySegment sets() {
        MemorySegment memory = CallMemory.ofThread().struct();
        memory.set(JAVA_INT, 0, VERSION);
        memory.set(JAVA_INT, 4, 0);
        Libc.certain(s -> (long) CAPABILITIES.invokeExact(s, (long) SystemCallNumbers.current().capget(), memory,
                memory.asSlice(SETS)));
        return memory;
    }

    /** {@code unshare(2)}: gives this thread an umask and a working directory of its own, until it ends: 0 or the negated errno. */
    public static int unshareUmask() {
        requirePlatformThread();
        return (int) Libc.attempt(s -> (int) UNSHARE.invokeExact(s, CLONE_FS));
    }

    /** {@code umask(2)}: returns the umask before. It is that of the whole process unless {@link #unshareUmask} was called. */
    public static int umask(int mask) {
        return (int) Libc.certain(s -> (int) UMASK.invokeExact(s, mask));
    }

    private static void requirePlatformThread() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("a virtual thread has no credentials of its own");
        }
    }
}
