package org.hexfuse.transport;

import java.io.IOException;
import java.util.Optional;

/** The kernel's end of one connection over a transport. Any thread may call any method. */
public interface KernelLink extends AutoCloseable {
    /** The longest message, in bytes, that can be sent in either direction. It caps what INIT offers. */
    int maxMessage();

    /**
     * Starts to carry messages between {@code handle} and the server. Called once. When the peer goes away, or the link is
     * closed, the link closes the handle.
     *
     * @throws IOException if the peer is gone already
     */
    void attach(DeviceHandle handle) throws IOException;

    /** Something that this transport has and others haven't. */
    default <T> Optional<T> feature(Class<T> type) {
        return Optional.empty();
    }

    /** Ends the link: the server sees the end of its session, the handle is closed, the link's threads are joined. */
    @Override void close();
}
