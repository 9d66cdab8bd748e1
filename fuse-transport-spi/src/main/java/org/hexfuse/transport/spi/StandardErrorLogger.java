package org.hexfuse.transport.spi;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * Writes warnings and errors to standard error, at most {@value #LINES} in half a minute so that no peer can fill a log, and
 * nothing below. Any thread may use it; a message is written whole.
 */
final class StandardErrorLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;
    private static final int LINES = 50;
    private static final Duration PERIOD = Duration.ofSeconds(30);

    private final transient RateLimit limit;

    StandardErrorLogger(String name) {
        this(name, System::nanoTime);
    }

    StandardErrorLogger(String name, LongSupplier nanos) {
        this.name = name;
        this.limit = new RateLimit(LINES, PERIOD, nanos);
    }

    @Override public boolean isTraceEnabled() { return false; }

    @Override public boolean isDebugEnabled() { return false; }

    @Override public boolean isInfoEnabled() { return false; }

    @Override public boolean isWarnEnabled() { return true; }

    @Override public boolean isErrorEnabled() { return true; }

    @Override protected String getFullyQualifiedCallerName() { return null; }

    @Override protected void handleNormalizedLoggingCall(Level level, Marker marker, String pattern, Object[] arguments,
            Throwable failure) {
        long suppressed = limit.admit();
        if (suppressed == RateLimit.SUPPRESSED) {
            return;
        }
        var text = new StringWriter();
        var writer = new PrintWriter(text);
        writer.print(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + level + " " + name + ": "
                + MessageFormatter.basicArrayFormat(pattern, arguments));
        writer.println(suppressed == 0 ? "" : " (" + suppressed + " more lines of this logger were not written)");
        if (failure != null) {
            failure.printStackTrace(writer);
        }
        writer.flush();
        PrintStream err = System.err;
        err.print(text);
        err.flush();
    }
}
