package org.hexfuse.transport.spi;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Admits a few events a period, and counts those that it suppresses. Any thread may use it. */
final class RateLimit {
    /** What {@link #admit} returns for an event that is suppressed. */
    static final long SUPPRESSED = -1;

    private final int most;
    private final long period;
    private final LongSupplier nanos;
    private long began;
    private int admitted;
    private long suppressed;

    /** @param nanos the time in nanoseconds, as {@link System#nanoTime} */
    RateLimit(int most, Duration period, LongSupplier nanos) {
        this.most = most;
        this.period = period.toNanos();
        this.nanos = nanos;
    }

    /** The number of events that were suppressed since the last one admitted; {@link #SUPPRESSED} if this one is, too. */
    synchronized long admit() {
        long now = nanos.getAsLong();
        if (admitted == 0 || now - began > period) {
            began = now;
            admitted = 0;
        }
        if (admitted == most) {
            suppressed++;
            return SUPPRESSED;
        }
        admitted++;
        long before = suppressed;
        suppressed = 0;
        return before;
    }
}
