package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/** An array of {@code struct pollfd}: descriptors to wait for. Used by one thread at a time, again and again. */
public final class PollSet {
    public static final int IN = 0x001;
    public static final int OUT = 0x004;
    public static final int ERR = 0x008;
    public static final int HUP = 0x010;
    /** The descriptor is not open. */
    public static final int NVAL = 0x020;

    private static final MethodHandle POLL = Libc.find("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final int SIZE = 8;
    private static final int EVENTS = 4;
    private static final int REVENTS = 6;

    private final MemorySegment memory;
    private final Fd[] fds;

    /** Room for {@code capacity} descriptors, in memory of {@code arena}. */
    public PollSet(Arena arena, int capacity) {
        this.memory = arena.allocate((long) SIZE * capacity, 8);
        this.fds = new Fd[capacity];
    }

    /** Waits for {@code events} of {@code fd} at {@code index} from the next call on. */
    public void set(int index, Fd fd, int events) {
        fds[index] = Objects.requireNonNull(fd);
        memory.set(JAVA_SHORT, (long) SIZE * index + EVENTS, (short) events);
    }

    /** What the last call found at {@code index}: a mask. */
    public int events(int index) {
        return Short.toUnsignedInt(memory.get(JAVA_SHORT, (long) SIZE * index + REVENTS));
    }

    /**
     * Waits until something happens to one of the descriptors.
     *
     * @param timeout milliseconds, or -1 to wait for ever
     * @return the number of descriptors that something happened to, or the negated errno
     */
    public int poll(int timeout) {
        for (int i = 0; i < fds.length; i++) {
            int number = fds[i] == null ? -1 : fds[i].acquire();
            memory.set(JAVA_INT, (long) SIZE * i, number);
        }
        try {
            MemorySegment state = Libc.state();
            return (int) Libc.result((int) POLL.invokeExact(state, memory, (long) fds.length, timeout), state);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            for (int i = 0; i < fds.length; i++) {
                if (memory.get(JAVA_INT, (long) SIZE * i) >= 0) {
                    fds[i].release();
                }
            }
        }
    }
}
