package org.hexfuse.vfs;

import java.time.Instant;
import java.util.Optional;
import org.hexfuse.posix.Timespec;

/** A time to set, as {@code utimensat(2)} takes it. */
public final class Timestamp {
    /** UTIME_NOW: the filesystem's present time. */
    public static final Timestamp NOW = new Timestamp(Optional.empty());
    /** UTIME_OMIT: leaves the time as it is. */
    public static final Timestamp OMIT = new Timestamp(Optional.empty());

    private final Optional<Timespec> time;

    private Timestamp(Optional<Timespec> time) {
        this.time = time;
    }

    /** A point in time. */
    public static Timestamp of(Timespec time) {
        return new Timestamp(Optional.of(time));
    }

    /** A point in time. */
    public static Timestamp of(Instant instant) {
        return of(Timespec.of(instant));
    }

    /** The point in time, unless this is {@link #NOW} or {@link #OMIT}. */
    public Optional<Timespec> time() {
        return time;
    }
}
