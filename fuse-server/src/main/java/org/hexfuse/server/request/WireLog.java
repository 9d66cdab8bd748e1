package org.hexfuse.server.request;

import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/** The logger that has every message of every session at TRACE. */
public final class WireLog {
    /** {@code org.hexfuse.wire}. */
    public static final Logger LOG = Loggers.of("org.hexfuse.wire");

    private WireLog() {}
}
