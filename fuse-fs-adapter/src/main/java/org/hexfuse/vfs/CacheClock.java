package org.hexfuse.vfs;

import java.util.function.LongSupplier;

/**
 * When entry timeouts and attribute timeouts pass. A deadline is a value of the clock; {@link #PASSED} is one that has passed,
 * known without a look at the clock.
 *
 * @param nanos nanoseconds that only grow, such as {@link System#nanoTime}
 */
record CacheClock(LongSupplier nanos) {
    static final long PASSED = 0;
    static final CacheClock SYSTEM = new CacheClock(System::nanoTime);

    /** The deadline of a timeout in nanoseconds, counted from now. */
    long deadline(long timeout) {
        if (timeout == 0) {
            return PASSED;
        }
        long deadline = nanos.getAsLong() + timeout;
        return deadline == PASSED ? 1 : deadline;
    }

    boolean hasPassed(long deadline) {
        return deadline == PASSED || deadline - nanos.getAsLong() <= 0;
    }
}
