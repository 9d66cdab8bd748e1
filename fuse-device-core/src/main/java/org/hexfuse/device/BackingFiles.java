package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * Opens the {@link BackingFile}s of a connection: the device does no I/O of its own, so its embedder implements this. With it
 * INIT offers {@link org.hexfuse.abi.InitFlag#PASSTHROUGH}. Called by several threads concurrently.
 *
 * <p>Source: Linux {@code fs/fuse/backing.c}.
 */
@FunctionalInterface public interface BackingFiles {
    /** A kernel without CONFIG_FUSE_PASSTHROUGH. */
    BackingFiles NONE = _ -> {
        throw FuseException.of(Errno.EOPNOTSUPP);
    };

    /**
     * Opens the file behind a server's file descriptor.
     *
     * @param descriptor the server's file descriptor, which the server keeps
     * @throws FuseException EBADF if the descriptor is not open, EISDIR for a directory, EINVAL for anything else that is not a
     *         regular file
     */
    BackingFile open(int descriptor);
}
