package org.hexfuse.posix;

import java.time.Instant;

/**
 * A time of a file, {@code struct timespec}: 64 bits of seconds, a wider range than that of {@link Instant}.
 *
 * @param seconds since 1970, negative before
 * @param nanos 0 to 999,999,999
 */
public record Timespec(long seconds, int nanos) implements Comparable<Timespec> {
    /** The start of 1970. */
    public static final Timespec EPOCH = new Timespec(0, 0);
    private static final int SECOND = 1_000_000_000;

    /** Checks the nanoseconds. */
    public Timespec {
        if (nanos < 0 || nanos >= SECOND) {
            throw new IllegalArgumentException(nanos + " nanoseconds, where 0 to 999999999 are possible");
        }
    }

    /** The same time. */
    public static Timespec of(Instant instant) {
        return new Timespec(instant.getEpochSecond(), instant.getNano());
    }

    /** The current time. */
    public static Timespec now() {
        return of(Instant.now());
    }

    /** The same time, clamped to the range of {@link Instant}. */
    public Instant toInstant() {
        if (seconds < Instant.MIN.getEpochSecond()) {
            return Instant.MIN;
        }
        return seconds > Instant.MAX.getEpochSecond() ? Instant.MAX : Instant.ofEpochSecond(seconds, nanos);
    }

    @Override public int compareTo(Timespec other) {
        int bySeconds = Long.compare(seconds, other.seconds);
        return bySeconds != 0 ? bySeconds : Integer.compare(nanos, other.nanos);
    }
}
