package org.hexfuse.server.session;

import java.time.Duration;
import org.hexfuse.server.reply.Timeouts;

/**
 * What the builder of a server sets of its sessions.
 *
 * @param maxInflight the most bytes of requests and replies in memory
 * @param drain how long the end of a session waits for handlers and late replies
 */
public record SessionSettings(ThreadCounts threads, long maxInflight, Timeouts timeouts, Duration drain) {
    /** Refuses a negative drain timeout. */
    public SessionSettings {
        if (drain.isNegative()) {
            throw new IllegalArgumentException("a drain timeout of " + drain);
        }
    }

    /** Those of a server of which nothing is set. */
    public static SessionSettings defaults() {
        return new SessionSettings(ThreadCounts.DEFAULT, RequestMemory.sessionDefault(), Timeouts.DEFAULT,
                SessionLoop.PATIENCE);
    }

    /** The same with other threads. */
    public SessionSettings with(ThreadCounts counts) {
        return new SessionSettings(counts, maxInflight, timeouts, drain);
    }

    /** The same with other cache timeouts. */
    public SessionSettings with(Timeouts other) {
        return new SessionSettings(threads, maxInflight, other, drain);
    }

    /** The same with another {@code max_inflight}, in bytes. */
    public SessionSettings withMaxInflight(long bytes) {
        return new SessionSettings(threads, bytes, timeouts, drain);
    }

    /** The same with another drain timeout. */
    public SessionSettings withDrain(Duration timeout) {
        return new SessionSettings(threads, maxInflight, timeouts, timeout);
    }
}
