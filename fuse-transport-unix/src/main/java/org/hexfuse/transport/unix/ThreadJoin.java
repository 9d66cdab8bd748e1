package org.hexfuse.transport.unix;

import java.time.Duration;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/** Waits for a thread that is about to end. */
final class ThreadJoin {
    private static final Logger LOG = Loggers.of(ThreadJoin.class);

    private ThreadJoin() {}

    /** Waits for so long, unless it is that thread that asks. An interrupt is kept, and need not cut so short a wait. */
    static void join(Thread thread, Duration patience) {
        if (thread.equals(Thread.currentThread())) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + patience.toNanos();
        boolean ended = !thread.isAlive();
        while (!ended && System.nanoTime() - deadline < 0) {
            try {
                ended = thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (!ended) {
            LOG.warn("thread '{}' did not end within {} s", thread.getName(), patience.toSeconds());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
