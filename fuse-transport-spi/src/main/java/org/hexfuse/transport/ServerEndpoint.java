package org.hexfuse.transport;

import java.io.IOException;
import java.util.Optional;

/**
 * The server end's source of connections: a listening socket, a mount point. Each connection is one {@link ServerLink} and
 * one session. Any thread may call any method.
 */
public interface ServerEndpoint extends AutoCloseable {
    /** The address for the kernel end, complete: with what the address left open that the endpoint was opened with. */
    Address address();

    /**
     * Accepts the next connection; blocks until there is one. Empty when the endpoint is closed, and for an endpoint of one
     * connection, such as a mount, when that is disconnected.
     *
     * @throws IOException if no connection could be accepted; the endpoint stays open
     * @throws InterruptedException if the thread was interrupted
     */
    Optional<ServerLink> accept() throws IOException, InterruptedException;

    /** Accepts no further connection, wakes {@link #accept}, and closes links that were not accepted. Accepted links stay open. */
    @Override void close() throws IOException;
}
