package org.hexfuse.transport;

import java.io.IOException;
import java.util.Optional;

/** The kernel end of one connection over a transport. Any thread may call any method. */
public interface KernelLink extends AutoCloseable {
    /** The longest message in either direction, in bytes. It caps what INIT offers. */
    int maxMessage();

    /**
     * Begins to carry messages between {@code handle} and the server. Called once. The link closes the handle when the server
     * disconnects and when the link is closed.
     *
     * @throws IOException if the server has disconnected already
     */
    void attach(DeviceHandle handle) throws IOException;

    /** An optional feature, which other transports may lack, such as {@link CarriedFlags} and {@link OfferLimits}. */
    default <T> Optional<T> feature(Class<T> type) {
        return Optional.empty();
    }

    /** Disconnects: the session of the server ends, the handle is closed, the threads of the link are joined. */
    @Override void close();
}
