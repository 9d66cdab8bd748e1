package org.hexfuse.server.observe;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Session;

/**
 * Is given what a filesystem throws and no errno stands for: a defect, such as a {@link NullPointerException}. Set by
 * {@link org.hexfuse.server.FuseServer.Builder#onPanic}; without one such failures are logged, with a limit to the number of lines.
 *
 * <p>The request is answered EIO, and the session goes on, whatever the handler does. It runs on the thread of the request, without
 * locks, often before the reply: its caller may wait for it. What it throws is logged together with the failure.
 */
@FunctionalInterface public interface PanicHandler {
    /** Logs the failure with its stack trace, a few lines of each class of exception. */
    PanicHandler LOG = PanicLog::log;

    /**
     * A method of the filesystem has failed.
     *
     * @param operation the operation; INIT for {@code init}, DESTROY for {@code destroy}
     * @param node the node that the operation was on; 0 if it is not known
     */
    void panicked(Session session, Opcode operation, long node, Throwable failure);
}
