package org.hexfuse.server.reply;

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

    /** Refuses negative timeouts. */
    public Timeouts {
        if (attr.isNegative() || entry.isNegative()) {
            throw new IllegalArgumentException("a negative timeout: " + attr + ", " + entry);
        }
    }
}
