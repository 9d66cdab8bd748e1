package org.hexfuse.transport.spi;

import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.KernelLink;

/** Provides the kernel end of a transport. An implementation is public and has a public no-argument constructor. */
public interface KernelTransportProvider {
    /** The scheme of its addresses. */
    String scheme();

    /** A short description for users. */
    String description();

    /**
     * Connects to a server.
     *
     * @throws IllegalArgumentException if the address is malformed; the message is one line
     * @throws IOException if no server listens there; the message is one line
     */
    KernelLink connect(Address address) throws IOException;
}
