package org.hexfuse.server.session;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * Inspects the requests in flight of all sessions twice a second. One daemon thread for the JVM, which ends with the last session. It
 * costs the requests nothing: a request that is seen three times in a row has run for a second.
 */
final class Watchdog {
    private static final Logger LOG = Loggers.of(Watchdog.class);
    private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(500);

    private static final Set<SessionLoop> SESSIONS = ConcurrentHashMap.newKeySet();
    private static Thread thread;

    private Watchdog() {}

    static void watch(SessionLoop session) {
        synchronized (Watchdog.class) {
            SESSIONS.add(session);
            if (thread == null) {
                thread = Thread.ofPlatform().daemon(true).name("hexfuse-watchdog").start(Watchdog::run);
            }
        }
    }

    static void forget(SessionLoop session) {
        SESSIONS.remove(session);
    }

    private static void run() {
        while (true) {
            try {
                TimeUnit.NANOSECONDS.sleep(PERIOD);
                SESSIONS.forEach(SessionLoop::inspect);
            } catch (InterruptedException _) {
                // No part of this library interrupts it.
            } catch (RuntimeException | Error e) {
                LOG.warn("the watchdog of sessions failed", e);
            }
            synchronized (Watchdog.class) {
                if (SESSIONS.isEmpty()) {
                    thread = null;
                    return;
                }
            }
        }
    }
}
