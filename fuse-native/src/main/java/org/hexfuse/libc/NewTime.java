package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.time.Instant;

/**
 * What {@code utimensat(2)} sets a time to.
 *
 * @param seconds since 1970
 * @param nanos of a second, or what {@link #NOW} and {@link #OMIT} have
 */
public record NewTime(long seconds, long nanos) {
    /** The present time. */
    public static final NewTime NOW = new NewTime(0, (1L << 30) - 1);
    /** The time is left as it is. */
    public static final NewTime OMIT = new NewTime(0, (1L << 30) - 2);

    static final long SIZE = 16;

    /** A point in time. */
    public static NewTime of(Instant instant) {
        return new NewTime(instant.getEpochSecond(), instant.getNano());
    }

    void write(MemorySegment timespec, long offset) {
        timespec.set(JAVA_LONG, offset, seconds);
        timespec.set(JAVA_LONG, offset + 8, nanos);
    }
}
