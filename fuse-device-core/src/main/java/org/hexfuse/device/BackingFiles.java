package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * Where a connection has {@link BackingFile}s from: the device does no I/O of its own, so who embeds it brings them. With it
 * INIT offers {@link org.hexfuse.abi.InitFlag#PASSTHROUGH}. Called by several threads at once.
 *
 * <p>Source: Linux {@code fs/fuse/backing.c}.
 */
@FunctionalInterface public interface BackingFiles {
    /** A kernel that was built without them. */
    BackingFiles NONE = _ -> {
        throw FuseException.of(Errno.EOPNOTSUPP);
    };

    /**
     * Opens what a server has open.
     *
     * @param descriptor the server's descriptor, which stays the server's
     * @throws FuseException EBADF if it is none, EISDIR if it is a directory's, EINVAL if it is that of another thing that is no
     *         regular file
     */
    BackingFile open(int descriptor);
}
