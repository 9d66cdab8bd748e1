package org.hexfuse.transport.spi;

import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;

/** Provides the server end of a transport. An implementation is public and has a public no-argument constructor. */
public interface ServerTransportProvider {
    /** The scheme of its addresses. */
    String scheme();

    /** A short description for users. */
    String description();

    /**
     * Opens an endpoint: listens, mounts.
     *
     * @throws IllegalArgumentException if the address is malformed; the message is one line
     * @throws IOException if it is in use or cannot be opened; the message is one line
     */
    ServerEndpoint open(Address address) throws IOException;
}
