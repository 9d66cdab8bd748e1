package org.hexfuse.server.request;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The logger that has every message of every session at TRACE. */
public final class Wire {
    /** {@code org.hexfuse.wire}. */
    public static final Logger LOG = LoggerFactory.getLogger("org.hexfuse.wire");

    private Wire() {}
}
