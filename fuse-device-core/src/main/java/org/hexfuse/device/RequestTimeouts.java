package org.hexfuse.device;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Aborts the connection when a request has no reply within the request timeout: one without a waiter, such as RELEASE, or one whose
 * caller parks without a limit. A virtual thread that lives as long as the connection; a connection without a request timeout has
 * none.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_check_timeout}.
 */
final class RequestTimeouts {
    private static final long LONGEST_INTERVAL = Duration.ofSeconds(15).toNanos();

    /** Weak, so that the thread does not keep an unreachable connection alive. */
    private final WeakReference<ConnectionCore> connection;
    private final long timeout;

    private RequestTimeouts(ConnectionCore core, long timeout) {
        this.connection = new WeakReference<>(core);
        this.timeout = timeout;
    }

    /** Starts the thread of a connection. */
    static void start(ConnectionCore core, long timeout) {
        var timeouts = new RequestTimeouts(core, timeout);
        core.abort.timeoutThread(Thread.ofVirtual().name("fuse-timeouts").start(timeouts::run));
    }

    private void run() {
        while (check()) {
            LockSupport.parkNanos(this, Math.min(timeout / 2 + 1, LONGEST_INTERVAL));
        }
    }

    /** Returns whether the connection is still live. */
    private boolean check() {
        ConnectionCore core = connection.get();
        if (core == null || !core.state().isLive()) {
            return false;
        }
        core.abort.checkTimeouts(timeout);
        return core.state().isLive();
    }
}
