package org.hexfuse.transport;

import java.io.IOException;

/** One worker's source of requests. Used by that worker alone. */
public interface SlotChannel extends AutoCloseable {
    /**
     * Waits for the next request. The slot of the request before must be committed, released or detached.
     *
     * @return the request, or null at the end of the session: unmounted, peer gone, link shut down
     * @throws IOException if what came is no FUSE message, or the transport failed; the link is of no more use
     * @throws InterruptedException if the thread was interrupted where the wait is not in a system call
     */
    Slot next() throws IOException, InterruptedException;

    /** Frees what the worker used. Detached slots live on. */
    @Override void close();
}
