package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/** An array of {@code struct pollfd}: descriptors to poll. Reusable, by one thread at a time. */
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

    /** An array for {@code capacity} descriptors, allocated from {@code arena}. */
    public PollSet(Arena arena, int capacity) {
        this.memory = arena.allocate((long) SIZE * capacity, 8);
        this.fds = new Fd[capacity];
    }

    /** Sets the descriptor and its requested events at {@code index}. */
    public void set(int index, Fd fd, int events) {
        fds[index] = Objects.requireNonNull(fd);
        memory.set(JAVA_SHORT, (long) SIZE * index + EVENTS, (short) events);
    }

    /** The returned events at {@code index}, a mask. */
    public int events(int index) {
        return Short.toUnsignedInt(memory.get(JAVA_SHORT, (long) SIZE * index + REVENTS));
    }

    /**
     * {@code poll(2)}: blocks until a descriptor has an event.
     *
     * @param timeout in milliseconds, or -1 for none
     * @return the number of descriptors with events, or the negated errno
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
