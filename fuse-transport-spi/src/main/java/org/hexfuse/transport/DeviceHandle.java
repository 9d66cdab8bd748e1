package org.hexfuse.transport;

/**
 * One open of the kernel's FUSE device: where a transport takes requests and brings replies. The port that the transport's
 * kernel end works on.
 *
 * <p>Everything may be called from any thread; several threads may take and reply on one handle. A request is answered on
 * the handle that it was taken from. Errors are {@link org.hexfuse.abi.FuseException}s with the errno that the system call on
 * {@code /dev/fuse} has.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_dev_do_read}, {@code fuse_dev_do_write} and {@code fuse_dev_poll}.
 */
public interface DeviceHandle extends AutoCloseable {
    /** {@link #readiness}: a request can be taken. */
    int POLLIN = 0x001;
    /** {@link #readiness}: a reply can be brought. */
    int POLLOUT = 0x004;
    /** {@link #readiness}: the device is not mounted any more, or not yet. */
    int POLLERR = 0x008;
    /** {@link #readiness}: set with {@link #POLLIN}. */
    int POLLRDNORM = 0x040;
    /** {@link #readiness}: set with {@link #POLLOUT}. */
    int POLLWRNORM = 0x100;

    /**
     * Takes the next request; waits until there is one.
     *
     * @param capacity the most bytes that the transport can send in one message; a longer request ends with EIO (SETXATTR:
     *        E2BIG) and the next one is taken
     * @throws org.hexfuse.abi.FuseException ENODEV when the connection is over, EINVAL if {@code capacity} is too small for
     *         this connection, EPERM if the device was never mounted
     * @throws InterruptedException if the thread was interrupted; no request is lost
     */
    OutgoingRequest take(long capacity) throws InterruptedException;

    /** Takes the next request as {@link #take} does, but returns null where that would wait. */
    OutgoingRequest poll(long capacity);

    /**
     * Brings a message whose header said {@code unique} and {@code error}.
     *
     * @param unique the request that is answered, or 0 for a notification
     * @param error the header's error: 0 or a negated errno, or the code of a notification
     * @param length the bytes behind the header
     */
    Delivery reply(long unique, int error, long length);

    /**
     * What could be done now without waiting, as bits of {@code poll(2)}; exactly {@link #POLLERR} when it is over or closed.
     */
    int readiness();

    /**
     * Adds a waiter, which is run each time that the device may have become readable, or is over, by the thread that made it
     * so and without a lock held. It must be quick, unless the transport is {@link CallerDriven}, and must not throw.
     */
    void addWaiter(Runnable waiter);

    /** Takes a waiter away. It may still run once, if it was about to. */
    void removeWaiter(Runnable waiter);

    /** Another handle on the same connection, as {@code FUSE_DEV_IOC_CLONE} gives. */
    DeviceHandle duplicate();

    /**
     * Gives the handle up. What was taken from it and isn't answered ends with ECONNABORTED; with the last handle the
     * connection is aborted. Threads in {@link #take} get ENODEV. Waiters run. Closing again does nothing.
     */
    @Override void close();
}
