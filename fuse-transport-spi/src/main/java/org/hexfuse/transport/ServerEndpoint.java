package org.hexfuse.transport;

import java.io.IOException;
import java.util.Optional;

/**
 * A place where kernels' ends arrive: a listening socket, a mount point. Each arrival is one {@link ServerLink} and so one
 * session. Any thread may call any method.
 */
public interface ServerEndpoint extends AutoCloseable {
    /** Where a kernel's end finds this, with all that the address the endpoint was opened with left open filled in. */
    Address address();

    /**
     * Waits for the next arrival. Empty when the endpoint is closed, or when, as for a mount, there was one and there will
     * be no other.
     *
     * @throws IOException if the endpoint fails; it stays open
     * @throws InterruptedException if the thread was interrupted
     */
    Optional<ServerLink> accept() throws IOException, InterruptedException;

    /** Takes no more arrivals and wakes {@link #accept}. Links that were accepted go on. */
    @Override void close() throws IOException;
}
