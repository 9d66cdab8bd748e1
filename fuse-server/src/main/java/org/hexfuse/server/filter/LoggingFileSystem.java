package org.hexfuse.server.filter;

import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Operation;
import org.slf4j.Logger;

/** Logs every operation at INFO, a line each, before it runs. */
public final class LoggingFileSystem extends FilterFileSystem {
    private final Logger logger;

    /** Logs the operations of {@code delegate} in {@code logger}. */
    public LoggingFileSystem(FuseFileSystem delegate, Logger logger) {
        super(delegate);
        this.logger = logger;
    }

    @Override protected <O extends Operation<O>> O before(O op) {
        logger.info("{}", op);
        return op;
    }
}
