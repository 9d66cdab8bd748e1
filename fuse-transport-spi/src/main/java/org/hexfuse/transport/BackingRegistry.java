package org.hexfuse.transport;

import java.util.Optional;

/**
 * A {@linkplain ServerLink#feature feature} of links to a kernel that reads and writes a server's files itself, in backing files of
 * the server ({@link org.hexfuse.abi.InitFlag#PASSTHROUGH}). Any thread may call any method. Errors are
 * {@link org.hexfuse.abi.FuseException}s with the errno of the kernel.
 *
 * <p>Source: Linux {@code fs/fuse/backing.c}.
 */
public interface BackingRegistry {
    /** Why backing files cannot be registered, in a line for people; empty if they can. */
    Optional<String> refusal();

    /**
     * Registers a backing file, after INIT was answered.
     *
     * @param descriptor an open regular file of this process, which may be closed afterwards
     * @return the backing id, which is positive
     * @throws org.hexfuse.abi.FuseException EPERM if PASSTHROUGH was not negotiated or the process lacks CAP_SYS_ADMIN, EBADF if the
     *         descriptor is not open, ELOOP if the file's filesystem is stacked deeper than was negotiated
     */
    int open(int descriptor);

    /**
     * Closes a backing id. Files that were opened with it stay usable.
     *
     * @throws org.hexfuse.abi.FuseException ENOENT if there is no such id
     */
    void close(int backingId);
}
