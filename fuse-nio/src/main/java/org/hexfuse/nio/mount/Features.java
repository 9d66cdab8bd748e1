package org.hexfuse.nio.mount;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.Vfs;

/**
 * What a server supports, found by one request on its root.
 *
 * @param hasXattrs whether files have extended attributes
 * @param hasAccessLists whether they have access control lists
 */
public record Features(boolean hasXattrs, boolean hasAccessLists) {
    private static final String ACCESS_LIST = "system.posix_acl_access";

    static Features of(Vfs vfs) {
        return new Features(supports(() -> vfs.listxattr("/")), supports(() -> vfs.getxattr("/", ACCESS_LIST)));
    }

    private static boolean supports(Runnable call) {
        try {
            call.run();
            return true;
        } catch (FuseException e) {
            return e.errno() == Errno.ENODATA;
        }
    }
}
