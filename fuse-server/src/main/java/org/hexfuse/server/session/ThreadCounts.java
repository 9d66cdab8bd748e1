package org.hexfuse.server.session;

import java.time.Duration;

/**
 * How many threads a session has.
 *
 * @param readers those that read and run requests as long as none blocks
 * @param most the most where the filesystem blocks: at least one more
 * @param idle the most that stay when they are not needed, at least one
 * @param idleTime how long the others stay
 */
public record ThreadCounts(int readers, int most, int idle, Duration idleTime) {
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofDays(1);

    /** A thread for each processor, at least two. */
    public static final ThreadCounts DEFAULT = new ThreadCounts(
            Math.max(2, Runtime.getRuntime().availableProcessors()), 64, 8, Duration.ofSeconds(10));

    /** A time that is shorter than 10 ms or longer than a day is replaced by that. */
    public ThreadCounts {
        if (idleTime.isNegative()) {
            throw new IllegalArgumentException("an idle time of " + idleTime);
        }
        idleTime = idleTime.compareTo(SHORTEST) < 0 ? SHORTEST : idleTime.compareTo(LONGEST) > 0 ? LONGEST : idleTime;
    }

    /** The most threads, which is more than that of readers. */
    @Override public int most() {
        return Math.max(most, readers + 1);
    }

    /** The same with another number of readers. */
    public ThreadCounts withReaders(int count) {
        return new ThreadCounts(count, most, idle, idleTime);
    }

    /** The same with another most. */
    public ThreadCounts withMost(int count) {
        return new ThreadCounts(readers, count, idle, idleTime);
    }

    /** The same with other idle ones. */
    public ThreadCounts withIdle(int count, Duration time) {
        return new ThreadCounts(readers, most, count, time);
    }
}
