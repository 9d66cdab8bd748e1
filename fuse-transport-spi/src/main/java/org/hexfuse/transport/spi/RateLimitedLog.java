package org.hexfuse.transport.spi;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Logs what a peer or a user can cause at will: of one kind a few lines a period, and then how many more there were. Kinds are
 * constants of the program, never text of a peer's. Any thread may use it.
 */
public final class RateLimitedLog {
    private static final int LINES = 5;
    private static final Duration PERIOD = Duration.ofSeconds(30);

    private final Logger logger;
    private final LongSupplier nanos;
    private final Map<Object, Kind> kinds = new ConcurrentHashMap<>();

    private static final class Kind {
        private long began;
        private int lines;
        private long suppressed;
    }

    /** Of each kind {@value #LINES} lines in half a minute. */
    public RateLimitedLog(Logger logger) {
        this(logger, System::nanoTime);
    }

    RateLimitedLog(Logger logger, LongSupplier nanos) {
        this.logger = logger;
        this.nanos = nanos;
    }

    /** Logs a warning, unless there were many of its kind lately. */
    public void warn(Object kind, String message) {
        warn(kind, message, null);
    }

    /**
     * The same with a stack trace.
     *
     * @param failure null for none
     */
    public void warn(Object kind, String message, Throwable failure) {
        long before = admit(kind);
        if (before >= 0) {
            logger.warn(text(message, before), failure);
        }
    }

    /** As {@link #warn(Object, String, Throwable)}, an error. */
    public void error(Object kind, String message, Throwable failure) {
        long before = admit(kind);
        if (before >= 0) {
            logger.error(text(message, before), failure);
        }
    }

    private static String text(String message, long suppressed) {
        return suppressed == 0 ? message : message + " (" + suppressed + " more of this kind were not logged)";
    }

    /** How many were suppressed before this one; -1 if it is to be suppressed. */
    private long admit(Object kind) {
        Kind state = kinds.computeIfAbsent(kind, _ -> new Kind());
        synchronized (state) {
            long now = nanos.getAsLong();
            if (state.lines == 0 || now - state.began > PERIOD.toNanos()) {
                state.began = now;
                state.lines = 0;
            }
            if (state.lines == LINES) {
                state.suppressed++;
                return -1;
            }
            state.lines++;
            long before = state.suppressed;
            state.suppressed = 0;
            return before;
        }
    }
}
