package org.hexfuse.transport.linux;

import java.io.IOException;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.ProcessIds;

/** Unmounts by {@code umount2(2)} where that is allowed, else by {@code fusermount3}. */
final class Unmount {
    private Unmount() {}

    /**
     * Unmounts {@code point}.
     *
     * @param lazily whether to detach a mount that is in use from the tree (MNT_DETACH)
     * @throws IOException if it cannot be unmounted, such as when it is in use
     */
    static void unmount(String point, boolean lazily) throws IOException {
        if (ProcessIds.euid() == 0) {
            try {
                int how = lazily ? MountFlags.UMOUNT_DETACH : 0;
                MountCalls.umount(point, how | MountFlags.UMOUNT_NOFOLLOW);
                return;
            } catch (LibcException e) {
                if (e.errno() != Errno.EPERM) {
                    throw e;
                }
            }
        }
        Fusermount.unmount(point, lazily);
    }
}
