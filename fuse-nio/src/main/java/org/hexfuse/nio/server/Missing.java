package org.hexfuse.nio.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * What the provider of a filesystem lacks: each thing is logged once, in one line, and then only answered. The things are constants of
 * this package, so their number is bounded. Any thread may use it.
 */
final class Missing {
    private final String provider;
    private final Logger log;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    /** {@code provider} is the scheme of its URIs. */
    Missing(String provider) {
        this(provider, Loggers.of(NioFileSystem.class));
    }

    Missing(String provider, Logger log) {
        this.provider = provider;
        this.log = log;
    }

    /** EOPNOTSUPP: to be thrown. */
    FuseException unsupported(String what) {
        return error(Errno.EOPNOTSUPP, what);
    }

    /** Another error for what is missing: to be thrown. */
    FuseException error(Errno errno, String what) {
        note(what + ": " + errno);
        return FuseException.of(errno);
    }

    /** Logs what is missing, of an operation that succeeds without it. */
    void note(String what) {
        if (logged.add(what)) {
            log.warn("the provider of {}: has no {}", provider, what);
        }
    }
}
