package org.hexfuse.transport.unix;

import java.time.Duration;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/** Joins threads that are about to end. */
final class ThreadJoin {
    private static final Logger LOG = Loggers.of(ThreadJoin.class);

    private ThreadJoin() {}

    /** Joins a thread, for no longer than {@code timeout}. Does not end on an interrupt, which is kept. */
    static void join(Thread thread, Duration timeout) {
        if (thread.equals(Thread.currentThread())) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean ended = !thread.isAlive();
        while (!ended && System.nanoTime() - deadline < 0) {
            try {
                ended = thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (!ended) {
            LOG.warn("thread '{}' did not end within {} s", thread.getName(), timeout.toSeconds());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
