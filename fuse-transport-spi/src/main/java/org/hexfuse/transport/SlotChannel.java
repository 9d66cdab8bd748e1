package org.hexfuse.transport;

import java.io.IOException;

/** One worker's source of requests, used only by that worker. */
public interface SlotChannel extends AutoCloseable {
    /**
     * Receives the next request; blocks until there is one. The slot of the previous request must be committed, released or
     * detached.
     *
     * @return the request; null when the kernel end is unmounted or disconnected, or the link is shut down
     * @throws IOException if a malformed message was received or the transport failed; the link cannot be used any more
     * @throws InterruptedException if the thread was interrupted while it was blocked outside of a system call
     */
    Slot next() throws IOException, InterruptedException;

    /** Frees the memory of the channel. Detached slots stay valid. */
    @Override void close();
}
