package org.hexfuse.transport;

/**
 * An open file of the kernel's FUSE device, from which a transport takes requests and to which it writes replies: the port
 * that the kernel end of a transport uses.
 *
 * <p>Any thread may call any method; several threads may take and reply on one handle. The reply to a request is written to
 * the handle that the request was taken from. Errors are {@link org.hexfuse.abi.FuseException}s with the errno of the same
 * system call on {@code /dev/fuse}.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_dev_do_read}, {@code fuse_dev_do_write} and {@code fuse_dev_poll}.
 */
public interface DeviceHandle extends AutoCloseable {
    /** {@link #readiness}: a request can be taken. */
    int POLLIN = 0x001;
    /** {@link #readiness}: a reply can be written. */
    int POLLOUT = 0x004;
    /** {@link #readiness}: the device is not mounted: not yet, or unmounted, or aborted. */
    int POLLERR = 0x008;
    /** {@link #readiness}: set with {@link #POLLIN}. */
    int POLLRDNORM = 0x040;
    /** {@link #readiness}: set with {@link #POLLOUT}. */
    int POLLWRNORM = 0x100;

    /**
     * Takes the next pending request; blocks while there is none.
     *
     * @param capacity the most bytes that the transport can send in one message; a longer request fails with EIO (SETXATTR:
     *        E2BIG) and the next one is taken
     * @throws org.hexfuse.abi.FuseException ENODEV when the connection is unmounted or aborted, EINVAL if {@code capacity} is
     *         too small for this connection, EPERM if the device was never mounted
     * @throws InterruptedException if the thread was interrupted; no request is lost
     */
    OutgoingRequest take(long capacity) throws InterruptedException;

    /** Takes the next pending request as {@link #take} does; null where that would block. */
    OutgoingRequest poll(long capacity);

    /**
     * Takes a request that was passed to an {@link InlineReader}, on the same thread. It was never queued, so no other thread's caches
     * hold it. It counts as sent: neither {@link OutgoingRequest#sent} nor {@link OutgoingRequest#failed} is called. Its memory, and
     * what its caller lends, stays valid until the reader returns, and a reply is accepted at once.
     *
     * @return null if the request is longer than {@code capacity}, the connection is unmounted or aborted, or the handle is closed
     */
    OutgoingRequest take(CallerRequest request, long capacity);

    /**
     * Passes each request that a caller sends from now on to {@code reader}, on the caller's thread, FORGET and background requests
     * included. INTERRUPT and what max_background blocks are queued all the same.
     */
    void inlineReader(InlineReader reader);

    /**
     * Begins to write a message with this header.
     *
     * @param unique the unique of the request that is answered, or 0 for a notification
     * @param error 0 or a negated errno; the code of a notification
     * @param length the number of bytes after the header
     */
    Delivery reply(long unique, int error, long length);

    /**
     * The events that are ready, as bits of {@code poll(2)}; exactly {@link #POLLERR} when the connection is aborted or the
     * handle is closed.
     */
    int readiness();

    /**
     * Adds a waiter. It is run, without a lock held, each time the device may have become readable or is aborted, by the thread
     * that caused it. It must return soon, unless the transport is {@link CallerDriven}, and must not throw.
     */
    void addWaiter(Runnable waiter);

    /** Removes a waiter, which may still run once if it was about to. */
    void removeWaiter(Runnable waiter);

    /** Another handle of the same connection, as {@code FUSE_DEV_IOC_CLONE} makes. */
    DeviceHandle duplicate();

    /**
     * Closes the handle. Requests that were taken from it and have no reply fail with ECONNABORTED; closing the last handle
     * aborts the connection. Threads in {@link #take} get ENODEV, and the waiters run. Closing again does nothing.
     */
    @Override void close();
}
