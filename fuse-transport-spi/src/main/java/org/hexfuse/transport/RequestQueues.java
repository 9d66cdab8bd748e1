package org.hexfuse.transport;

/**
 * A {@linkplain ServerLink#feature feature} of links whose kernel end can spread its requests over several queues, each read by a worker
 * of its own: FUSE over io_uring. The session opens them while it answers INIT, and then as many further
 * {@linkplain ServerLink#openChannel channels} as there are queues, each of which reads one of them. The channel that read INIT goes on
 * to read what has no queue: FORGET, INTERRUPT.
 *
 * <p>A handler that blocks holds up all requests of its queue, so only filesystems that never block have queues.
 *
 * <p>Until every queue has a reader the kernel holds requests back, so the session either starts all workers or {@linkplain #decline
 * declines}; then the ordinary channels carry all requests.
 */
public interface RequestQueues {
    /** How many queues there are. */
    int count();

    /** The memory that the requests of all queues take, in bytes. */
    long memory(Limits limits);

    /**
     * Sets the queues up, before INIT is answered with {@link org.hexfuse.abi.InitFlag#OVER_IO_URING} and
     * {@link ServerLink#negotiated}.
     *
     * @param limits what is negotiated
     * @param offered whether the kernel has offered the flag
     * @return whether they can be used; if not, the reason is logged in a line
     */
    boolean open(Limits limits, boolean offered);

    /**
     * Gives the queues up, before {@link ServerLink#negotiated} or while their workers are started: the kernel goes on without them, and all
     * channels are ordinary ones. Logs the reason, once.
     *
     * @param reason in a clause, such as {@code the filesystem may block}
     */
    void decline(String reason);
}
