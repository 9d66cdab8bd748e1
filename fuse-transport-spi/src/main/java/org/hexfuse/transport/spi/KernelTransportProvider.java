package org.hexfuse.transport.spi;

import java.io.IOException;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.KernelLink;

/** Brings the kernel's end of a transport. An implementation is public and has a public constructor without parameters. */
public interface KernelTransportProvider {
    /** The scheme of the addresses it understands. */
    String scheme();

    /** What it is, in a few words for people. */
    String description();

    /**
     * Connects to a server.
     *
     * @throws IllegalArgumentException if the address makes no sense; the message is one line
     * @throws IOException if there is no server; the message is one line
     */
    KernelLink connect(Address address) throws IOException;
}
