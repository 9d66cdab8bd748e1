package org.hexfuse.server.observe;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Session;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;

/** Logs the defects of filesystems, a few lines of each class of exception. */
final class PanicLog {
    private static final RateLimitedLog LIMITED = new RateLimitedLog(Loggers.of(PanicHandler.class));

    private PanicLog() {}

    /** Logs what a method of a filesystem has thrown; see {@link PanicHandler}. */
    @SuppressWarnings("unused") static void log(Session session, Opcode operation, long node,
            Throwable failure) {
        String where = operation == Opcode.DESTROY ? "at the session's end"
                : "in " + operation + (node == 0 ? "" : " of node " + Long.toUnsignedString(node))
                        + ", which is answered EIO";
        LIMITED.error(failure.getClass(), "the filesystem failed " + where, failure);
    }
}
