package org.hexfuse.server;

import org.slf4j.Logger;

/** A filesystem whose operations are logged at INFO, a line each, before they run. */
public final class LoggingFileSystem extends FilterFileSystem {
    private final Logger logger;

    /** What {@code delegate} has, with its operations in {@code logger}. */
    public LoggingFileSystem(FuseFileSystem delegate, Logger logger) {
        super(delegate);
        this.logger = logger;
    }

    @Override protected <O extends Operation<O>> O before(O op) {
        logger.info("{}", op);
        return op;
    }
}
