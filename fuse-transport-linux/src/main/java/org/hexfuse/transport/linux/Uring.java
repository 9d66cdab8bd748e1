package org.hexfuse.transport.linux;

import java.util.Optional;
import org.hexfuse.transport.linux.uring.UringSupport;

/** What the option {@code io_uring} of a mount would do on this machine. */
public final class Uring {
    /** How many requests each processor has in flight unless {@code io_uring_depth} says otherwise. */
    public static final int DEFAULT_DEPTH = 4;

    private Uring() {}

    /** Why it would have no effect, with what mends that, in a line; empty if it would. */
    public static Optional<String> refusal() {
        return UringSupport.refusal();
    }

    /** How many queues a mount has: one for each processor that the machine may ever have. */
    public static int queues() {
        return UringSupport.queues();
    }

    /**
     * The memory of the requests of one mount, in bytes.
     *
     * @param depth how many requests each processor has in flight
     * @param payload the longest data of a request, in bytes
     */
    public static long memory(int depth, long payload) {
        return UringSupport.memory(depth, payload);
    }
}
