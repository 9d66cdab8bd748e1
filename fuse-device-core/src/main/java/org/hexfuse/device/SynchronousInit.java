package org.hexfuse.device;

import java.util.concurrent.CountDownLatch;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * A device file whose server asked, before the mount, that INIT is over when the mount returns. Reads of such a file wait for
 * the mount instead of failing, since the server has to be there to answer.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c} ({@code fuse_get_dev}), {@code inode.c} ({@code fuse_send_init}).
 */
final class SynchronousInit {
    private final CountDownLatch bound = new CountDownLatch(1);
    private volatile boolean asked;

    /** The server asks for it. */
    void ask() {
        asked = true;
    }

    /** The file is mounted, or closed: nobody waits for that any more. */
    void over() {
        bound.countDown();
    }

    /** Waits, in a read, until the file is mounted or closed, if that was asked for and the reader may wait. */
    void awaitMount(boolean nonBlocking) {
        if (!asked) {
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

    /** Waits, in a mount, until INIT is over, if that was asked for; ENOTCONN if it failed, whatever the reason. */
    void awaitAnswer(FuseConnection connection) {
        if (!asked) {
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
