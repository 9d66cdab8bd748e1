package org.hexfuse.server.reply;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;

/**
 * The timeouts of a mount, for attributes and entries that have none of their own: as {@code attr_timeout} and
 * {@code entry_timeout} of libfuse's high-level API.
 *
 * @param attr the attribute timeout
 * @param entry the entry timeout
 */
public record Timeouts(Duration attr, Duration entry) {
    /** One second each, as in libfuse. */
    public static final Timeouts DEFAULT = new Timeouts(Duration.ofSeconds(1), Duration.ofSeconds(1));

    /** Writes them for a successor. */
    public void save(DataOutput out) throws IOException {
        save(attr, out);
        save(entry, out);
    }

    private static void save(Duration timeout, DataOutput out) throws IOException {
        out.writeLong(timeout.getSeconds());
        out.writeInt(timeout.getNano());
    }

    /** Reads what {@link #save} has written. */
    public static Timeouts restore(DataInput in) throws IOException {
        try {
            return new Timeouts(Duration.ofSeconds(in.readLong(), in.readInt()),
                    Duration.ofSeconds(in.readLong(), in.readInt()));
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new IOException("timeouts that are out of range", e);
        }
    }

    /** Refuses negative timeouts. */
    public Timeouts {
        if (attr.isNegative() || entry.isNegative()) {
            throw new IllegalArgumentException("a negative timeout: " + attr + ", " + entry);
        }
    }
}
