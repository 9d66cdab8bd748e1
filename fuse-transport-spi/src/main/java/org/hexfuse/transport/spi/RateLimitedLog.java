package org.hexfuse.transport.spi;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Logs what a peer or a user can cause at will: a few lines of each kind a period, then how many were suppressed. Kinds are
 * constants of the program, never text that a peer sent, so their number is bounded. Any thread may use it.
 *
 * <p>A line that cannot be logged, for want of memory or of a descriptor for a class file, is lost, and its caller goes on.
 */
public final class RateLimitedLog {
    private static final int LINES = 5;
    private static final Duration PERIOD = Duration.ofSeconds(30);

    private final Logger logger;
    private final LongSupplier nanos;
    private final Map<Object, RateLimit> kinds = new ConcurrentHashMap<>();

    /** Logs at most {@value #LINES} lines of each kind in 30 seconds. */
    public RateLimitedLog(Logger logger) {
        this(logger, System::nanoTime);
    }

    RateLimitedLog(Logger logger, LongSupplier nanos) {
        this.logger = logger;
        this.nanos = nanos;
        // Its class is needed when something has failed, and may not be found then.
        limit();
    }

    private RateLimit limit() {
        return new RateLimit(LINES, PERIOD, nanos);
    }

    /** Logs a warning, or suppresses it. */
    public void warn(Object kind, String message) {
        warn(kind, message, null);
    }

    /**
     * Logs a warning with a stack trace, or suppresses it.
     *
     * @param failure null for none
     */
    public void warn(Object kind, String message, Throwable failure) {
        log(kind, message, failure, logger::warn);
    }

    /**
     * Logs an error with a stack trace, or suppresses it.
     *
     * @param failure null for none
     */
    public void error(Object kind, String message, Throwable failure) {
        log(kind, message, failure, logger::error);
    }

    private void log(Object kind, String message, Throwable failure, BiConsumer<String, Throwable> line) {
        try {
            long suppressed = kinds.computeIfAbsent(kind, _ -> limit()).admit();
            if (suppressed != RateLimit.SUPPRESSED) {
                line.accept(text(message, suppressed), failure);
            }
        } catch (Throwable _) {
            // There is no other place to say it.
        }
    }

    private static String text(String message, long suppressed) {
        return suppressed == 0 ? message : message + " (" + suppressed + " more of this kind were not logged)";
    }
}
