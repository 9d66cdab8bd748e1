package org.hexfuse.server.spi;

import java.io.IOException;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.transport.Address;

/**
 * Makes filesystems of one kind, found by the scheme of an address such as {@code memory:?size=1g}. An implementation is
 * public and has a public constructor without parameters.
 */
public interface FuseFileSystemProvider {
    /** The scheme of the addresses it understands. */
    String scheme();

    /** What it is and which parameters it takes, in a line for people. */
    String description();

    /**
     * Makes a filesystem. One that has something to close, as a file of its own, is {@link AutoCloseable}; the caller closes it once its
     * sessions have ended.
     *
     * @throws IllegalArgumentException if the address is malformed; the message is one line
     * @throws IOException if the storage that the filesystem needs cannot be opened; the message is one line
     */
    FuseFileSystem create(Address address) throws IOException;
}
