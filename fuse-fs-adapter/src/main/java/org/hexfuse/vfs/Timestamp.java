package org.hexfuse.vfs;

import java.time.Instant;
import java.util.Optional;

/** What to set a file's time to. */
public final class Timestamp {
    /** The filesystem's present time. */
    public static final Timestamp NOW = new Timestamp(Optional.empty());
    /** Leave the time as it is. */
    public static final Timestamp OMIT = new Timestamp(Optional.empty());

    private final Optional<Instant> instant;

    private Timestamp(Optional<Instant> instant) {
        this.instant = instant;
    }

    /** A point in time. */
    public static Timestamp of(Instant instant) {
        return new Timestamp(Optional.of(instant));
    }

    /** The point in time, unless this is {@link #NOW} or {@link #OMIT}. */
    public Optional<Instant> instant() {
        return instant;
    }
}
