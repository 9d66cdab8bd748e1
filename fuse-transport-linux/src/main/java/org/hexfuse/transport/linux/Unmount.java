package org.hexfuse.transport.linux;

import java.io.IOException;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.MountCalls;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.libc.ProcessIds;

/** Takes a mount away, by {@code umount2(2)} where that is allowed and by {@code fusermount3} where it isn't. */
final class Unmount {
    private Unmount() {}

    /**
     * Unmounts what is on {@code point}.
     *
     * @param lazily out of the tree at once, though it is in use
     * @throws IOException if that can't be; among other things because it is in use
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
