package org.hexfuse.transport.spi;

import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLoggerFactory;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * The loggers of every room: those of the program's SLF4J provider. A program without a provider must not lose the only sign
 * that a filesystem throws or a mount stays behind, so then warnings and errors are written to standard error. A program that
 * wants silence has {@code org.slf4j:slf4j-nop} as its provider.
 */
public final class Loggers {
    private Loggers() {}

    /** The logger of a class. */
    public static Logger of(Class<?> type) {
        return of(type.getName());
    }

    /** The logger of a name. */
    public static Logger of(String name) {
        return LoggerFactory.getILoggerFactory() instanceof NOPLoggerFactory && !Provider.PRESENT
                ? new StandardErrorLogger(name)
                : LoggerFactory.getLogger(name);
    }

    /** Looked for once, and only where nothing would be logged: it tells no provider from one that logs nothing. */
    private static final class Provider {
        static final boolean PRESENT = System.getProperty(LoggerFactory.PROVIDER_PROPERTY_KEY) != null
                || ServiceLoader.load(SLF4JServiceProvider.class, LoggerFactory.class.getClassLoader()).findFirst()
                        .isPresent();
    }
}
