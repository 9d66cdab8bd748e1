package org.hexfuse.device;

import java.util.concurrent.CountDownLatch;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * SYNC_INIT of a device file: a mount returns only after the reply to INIT. Reads of such a file block until the mount instead of
 * failing, since the server must read INIT while the mount waits.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c} ({@code fuse_get_dev}), {@code inode.c} ({@code fuse_send_init}).
 */
final class SynchronousInit {
    private final CountDownLatch bound = new CountDownLatch(1);
    private volatile boolean enabled;

    /** The server set SYNC_INIT. */
    void enable() {
        enabled = true;
    }

    /** The file is mounted or closed: unblocks its reads. */
    void releaseReaders() {
        bound.countDown();
    }

    /** Blocks a read until the file is mounted or closed; EAGAIN for a non-blocking one. Does nothing without SYNC_INIT. */
    void awaitMount(boolean nonBlocking) {
        if (!enabled) {
            return;
        }
        if (nonBlocking && bound.getCount() > 0) {
            throw FuseException.of(Errno.EAGAIN);
        }
        try {
            bound.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        }
    }

    /** Blocks a mount until the reply to INIT; ENOTCONN if INIT failed, whatever the cause. Does nothing without SYNC_INIT. */
    void awaitReply(FuseConnection connection) {
        if (!enabled) {
            return;
        }
        try {
            connection.negotiated();
        } catch (FuseException e) {
            connection.abort();
            FuseException failure = FuseException.of(Errno.ENOTCONN);
            failure.addSuppressed(e);
            throw failure;
        }
    }
}
