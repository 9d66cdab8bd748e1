package org.hexfuse.vfs.cache;

import java.util.function.LongSupplier;

/**
 * When entry timeouts and attribute timeouts pass. A deadline is a value of the clock; {@link #PASSED} is one that has passed,
 * known without reading the clock.
 *
 * @param nanos nanoseconds that only grow, such as {@link System#nanoTime}
 */
public record CacheClock(LongSupplier nanos) {
    /** The deadline of a timeout of 0. */
    public static final long PASSED = 0;
    /** The clock of the system. */
    public static final CacheClock SYSTEM = new CacheClock(System::nanoTime);

    /** The deadline of a timeout in nanoseconds, counted from now. */
    long deadline(long timeout) {
        if (timeout == 0) {
            return PASSED;
        }
        long deadline = nanos.getAsLong() + timeout;
        return deadline == PASSED ? 1 : deadline;
    }

    long now() {
        return nanos.getAsLong();
    }

    boolean hasPassed(long deadline) {
        return deadline == PASSED || deadline - now() <= 0;
    }

    static boolean hasPassed(long deadline, long now) {
        return deadline == PASSED || deadline - now <= 0;
    }
}
