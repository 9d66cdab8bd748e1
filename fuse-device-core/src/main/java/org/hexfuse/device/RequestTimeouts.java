package org.hexfuse.device;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks for requests that nobody waits for and that have no answer in time, such as RELEASE. A virtual thread that lives as
 * long as the connection; there is none where requests have no limit of time.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_check_timeout}.
 */
final class RequestTimeouts {
    private static final long RAREST = Duration.ofSeconds(15).toNanos();

    private final WeakReference<ConnectionCore> watched;
    private final long timeout;

    private RequestTimeouts(ConnectionCore core, long timeout) {
        this.watched = new WeakReference<>(core);
        this.timeout = timeout;
    }

    static void start(ConnectionCore core, long timeout) {
        var watchdog = new RequestTimeouts(core, timeout);
        core.abort.endWith(Thread.ofVirtual().name("fuse-timeouts").start(watchdog::run));
    }

    /** A connection that nobody holds any more is not kept alive. */
    private void run() {
        while (look()) {
            LockSupport.parkNanos(this, Math.min(timeout / 2 + 1, RAREST));
        }
    }

    private boolean look() {
        ConnectionCore core = watched.get();
        if (core == null || !core.state().isLive()) {
            return false;
        }
        core.abort.timeOutLate(timeout);
        return core.state().isLive();
    }
}
