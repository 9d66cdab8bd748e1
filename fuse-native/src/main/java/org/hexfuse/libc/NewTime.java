package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import org.hexfuse.posix.Timespec;

/**
 * An argument of {@code utimensat(2)}.
 *
 * @param seconds since 1970
 * @param nanos nanoseconds of the second, or UTIME_NOW or UTIME_OMIT
 */
public record NewTime(long seconds, long nanos) {
    /** UTIME_NOW: the current time. */
    public static final NewTime NOW = new NewTime(0, (1L << 30) - 1);
    /** UTIME_OMIT: the time is not changed. */
    public static final NewTime OMIT = new NewTime(0, (1L << 30) - 2);

    static final long SIZE = 16;

    /** A point in time. */
    public static NewTime of(Timespec time) {
        return new NewTime(time.seconds(), time.nanos());
    }

    void write(MemorySegment timespec, long offset) {
        timespec.set(JAVA_LONG, offset, seconds);
        timespec.set(JAVA_LONG, offset + 8, nanos);
    }
}
