package org.hexfuse.server.session;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * The thread that inspects the workers of one session every millisecond while requests run, and sleeps while there are none. What it
 * costs does not grow with the number of requests.
 */
final class HoldMonitor {
    private static final Logger LOG = Loggers.of(HoldMonitor.class);
    private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(1);
    /** How many inspections without a request it takes to fall asleep. */
    private static final int PATIENCE = 50;

    private final String name;
    private final BooleanSupplier inspection;
    private volatile Thread thread;
    private volatile boolean awake;
    private volatile boolean ending;

    /** @param inspection returns whether a request has run since the last one */
    HoldMonitor(String name, BooleanSupplier inspection) {
        this.name = name;
        this.inspection = inspection;
    }

    /** Starts the thread. Without memory for one it watches nothing. */
    void start() {
        Thread monitor = Thread.ofPlatform().daemon(true).name(name + "-monitor").unstarted(this::run);
        // Before it runs: the end of the session unparks it.
        thread = monitor;
        try {
            monitor.start();
        } catch (OutOfMemoryError e) {
            thread = null;
            LOG.warn("{}: no thread to monitor the workers: {}", name, e.getMessage());
        }
    }

    /** Whether a request that begins now is watched. Wakes the thread if it sleeps. */
    boolean watches() {
        Thread watching = thread;
        if (watching != null && !awake) {
            awake = true;
            LockSupport.unpark(watching);
        }
        return watching != null;
    }

    void end() {
        ending = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        int quiet = 0;
        while (!ending) {
            if (awake) {
                LockSupport.parkNanos(PERIOD);
            } else {
                LockSupport.park();
            }
            try {
                quiet = inspection.getAsBoolean() ? 0 : quiet + 1;
                if (quiet > PATIENCE) {
                    awake = false;
                    quiet = 0;
                    // A request that began meanwhile may have found it awake.
                    if (inspection.getAsBoolean()) {
                        awake = true;
                    }
                }
            } catch (RuntimeException | Error e) {
                LOG.warn("{}: the monitor of the workers failed", name, e);
            }
        }
    }
}
