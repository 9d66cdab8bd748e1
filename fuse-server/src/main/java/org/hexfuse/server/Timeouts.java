package org.hexfuse.server;

import java.time.Duration;

/**
 * The timeouts of a mount, for what does not say its own: as {@code attr_timeout}, {@code entry_timeout} and
 * {@code negative_timeout} of libfuse's high-level API.
 *
 * @param attr how long attributes are valid
 * @param entry how long a name stands for its node
 */
record Timeouts(Duration attr, Duration entry) {
    /** One second each, as in libfuse. */
    static final Timeouts DEFAULT = new Timeouts(Duration.ofSeconds(1), Duration.ofSeconds(1));

    Timeouts {
        if (attr.isNegative() || entry.isNegative()) {
            throw new IllegalArgumentException("a negative timeout: " + attr + ", " + entry);
        }
    }
}
