package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * System calls that lock files: {@code flock(2)}, and the open file description locks of {@code fcntl(2)}. Record locks of a
 * process are left out: the JVM opens and closes files itself, and closing any descriptor of a file releases them.
 */
public final class LockCalls {
    /** For {@link #flock}: shared. */
    public static final int LOCK_SH = 1;
    /** For {@link #flock}: exclusive. */
    public static final int LOCK_EX = 2;
    /** For {@link #flock}, with one of the others: EWOULDBLOCK instead of blocking. */
    public static final int LOCK_NB = 4;
    /** For {@link #flock}: unlock. */
    public static final int LOCK_UN = 8;

    private static final int F_OFD_GETLK = 36;
    private static final int F_OFD_SETLK = 37;
    private static final int F_OFD_SETLKW = 38;

    /** Offsets in {@code struct flock}, the same on all 64-bit architectures. */
    private static final long TYPE = 0;
    private static final long START = 8;
    private static final long LENGTH = 16;
    private static final long PID = 24;
    private static final long SIZE = 32;

    private static final MethodHandle FLOCK = Libc.find("flock", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle FCNTL = Libc.findVariadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);

    private LockCalls() {}

    /**
     * A lock of {@code fcntl(2)}.
     *
     * @param type F_RDLCK 0, F_WRLCK 1 or F_UNLCK 2
     * @param start the first byte
     * @param length in bytes, 0 to the end of the file
     * @param pid the owner for F_GETLK: a process, or -1 for an open file description; 0 in arguments
     */
    public record RecordLock(int type, long start, long length, int pid) {}

    /** {@code flock(2)}. May block, and pins the carrier of a virtual thread. */
    public static void flock(Fd fd, int operation) throws LibcException {
        fd.call("flock", (s, number) -> (int) FLOCK.invokeExact(s, number, operation));
    }

    /** F_OFD_SETLK: acquires or releases a lock of the open file description. */
    public static void set(Fd fd, RecordLock lock) throws LibcException {
        fcntl(fd, F_OFD_SETLK, lock);
    }

    /** F_OFD_SETLKW: as {@link #set}, and blocks while the lock conflicts; pins the carrier of a virtual thread. */
    public static void setlkw(Fd fd, RecordLock lock) throws LibcException {
        fcntl(fd, F_OFD_SETLKW, lock);
    }

    /** F_OFD_GETLK: the first conflicting lock, or one of type F_UNLCK. */
    public static RecordLock get(Fd fd, RecordLock lock) throws LibcException {
        return fcntl(fd, F_OFD_GETLK, lock);
    }

    private static RecordLock fcntl(Fd fd, int command, RecordLock lock) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment struct = arena.allocate(SIZE, Long.BYTES);
            struct.set(JAVA_SHORT, TYPE, (short) lock.type());
            struct.set(JAVA_LONG, START, lock.start());
            struct.set(JAVA_LONG, LENGTH, lock.length());
            fd.call("fcntl", (s, number) -> (int) FCNTL.invokeExact(s, number, command, struct));
            return new RecordLock(struct.get(JAVA_SHORT, TYPE), struct.get(JAVA_LONG, START),
                    struct.get(JAVA_LONG, LENGTH), struct.get(JAVA_INT, PID));
        }
    }
}
