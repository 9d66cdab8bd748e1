package org.hexfuse.transport;

import java.io.IOException;
import java.util.Optional;

/** Where successors connect to take a connection over, see {@link Transferable#listen}. */
public interface HandoverListener extends AutoCloseable {
    /**
     * Accepts the next process that may take the connection over, and passes it the descriptors; blocks until there is one. Others
     * are refused and logged. Empty when the listener is closed.
     *
     * @throws IOException if a process could not be accepted; the listener stays open
     */
    Optional<HandoverStream> accept() throws IOException;

    /** Accepts no further process, wakes {@link #accept}, and removes the socket's file. Closing again does nothing. */
    @Override void close();
}
