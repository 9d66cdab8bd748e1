package org.hexfuse.transport;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A {@linkplain ServerLink#feature feature} of links whose connection another process can take over while the kernel keeps it: a
 * mount. The link stops reading requests, which wait in the kernel meanwhile, its descriptors are passed on, and it is released
 * without an unmount. Until then it can read on as if nothing had happened.
 *
 * <p>The successor opens the address of the same scheme with the parameter {@code takeover=SOCKET}; its link has the feature
 * {@link Predecessor}.
 *
 * <p>Any thread but a worker's may call any method.
 */
public interface Transferable {
    /**
     * Listens for a successor.
     *
     * @param socket the file to listen at, which only the user of this process may connect to; a file without a listener is replaced
     * @throws IOException if another process listens there, or the file cannot be made; the message is one line
     */
    HandoverListener listen(Path socket) throws IOException;

    /**
     * Stops reading requests: each {@link SlotChannel#next} blocks, now or from its next call on, until {@link #resume},
     * {@link #release} or {@link ServerLink#shutdown}. Replies and notifications are sent as before.
     *
     * @param timeout how long to wait for reads in progress to be left
     * @return whether no read is in progress
     */
    boolean pause(Duration timeout);

    /** How many channels are blocked in {@link SlotChannel#next} since {@link #pause}. Such a worker has no request. */
    int paused();

    /** Reads on. Without effect unless paused. */
    void resume();

    /**
     * Closes the descriptors of this process: the connection is the successor's. Each {@link SlotChannel#next} returns null, and
     * committing a slot that is still out does nothing. Nothing is unmounted, also not by {@link ServerLink#shutdown}.
     */
    void release();
}
