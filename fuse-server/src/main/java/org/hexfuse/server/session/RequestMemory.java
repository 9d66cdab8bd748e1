package org.hexfuse.server.session;

/**
 * The budget in bytes for the memory of requests and their replies: {@code max_inflight}. A session's budget is part of
 * the JVM's; a reservation counts in both. Memory is reserved before it is allocated and by the operation and the
 * negotiated limits, never by a number that a peer sent. Any thread may call any method; none blocks.
 */
public final class RequestMemory {
    /** The system property that holds the budget of the JVM in bytes; half of the largest heap by default. */
    static final String PROPERTY = "org.hexfuse.max_inflight";
    private static final long LEAST = 1L << 20;
    private static final long SESSION_DEFAULT = 256L << 20;
    private static final RequestMemory JVM = new RequestMemory(
            Math.max(LEAST, Long.getLong(PROPERTY, Runtime.getRuntime().maxMemory() / 2)), null);

    private final long limit;
    private final RequestMemory parent;
    private long reserved;
    private long frees;
    private boolean closed;

    RequestMemory(long limit, RequestMemory parent) {
        this.limit = limit;
        this.parent = parent;
    }

    /** The budget of the whole JVM. */
    static RequestMemory jvm() {
        return JVM;
    }

    /** The default budget of a session: half of the JVM's, 256 MiB at most. */
    public static long sessionDefault() {
        return Math.min(SESSION_DEFAULT, JVM.limit / 2);
    }

    long limit() {
        return limit;
    }

    synchronized long reserved() {
        return reserved;
    }

    /** Reserves {@code bytes} here and in the parent. Returns false, and reserves nothing, where they do not fit. */
    synchronized boolean tryReserve(long bytes) {
        if (closed || reserved + bytes > limit || (parent != null && !parent.tryReserve(bytes))) {
            return false;
        }
        reserved += bytes;
        return true;
    }

    /** The number of calls that freed memory; a waiter makes progress while it grows. */
    synchronized long frees() {
        return frees;
    }

    /** Frees {@code bytes} that were reserved. */
    synchronized void free(long bytes) {
        if (!closed) {
            reserved -= bytes;
            frees++;
            if (parent != null) {
                parent.free(bytes);
            }
        }
    }

    /** Frees all that is reserved. Later calls have no effect. */
    synchronized void close() {
        free(reserved);
        closed = true;
    }
}
