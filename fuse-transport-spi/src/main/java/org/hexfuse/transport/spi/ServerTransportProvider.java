package org.hexfuse.transport.spi;

import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;

/** Brings the server's end of a transport. An implementation is public and has a public constructor without parameters. */
public interface ServerTransportProvider {
    /** The scheme of the addresses it understands. */
    String scheme();

    /** What it is, in a few words for people. */
    String description();

    /**
     * Opens an endpoint: listens, mounts.
     *
     * @throws IllegalArgumentException if the address makes no sense; the message is one line
     * @throws IOException if it can't be had; the message is one line
     */
    ServerEndpoint open(Address address) throws IOException;
}
