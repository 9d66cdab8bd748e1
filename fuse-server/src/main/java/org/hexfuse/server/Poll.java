package org.hexfuse.server;

import java.util.Optional;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.PollView;

/** POLL: gets the events of the open file {@link #node} that are ready. */
public non-sealed interface Poll extends Operation<Poll>, Deferrable<Poll, Integer> {
    /** An operation made by hand, without a waiter. */
    static Poll of(long node, long handle, int events) {
        return new PollView(Opcode.POLL, node).withHandle(handle).withEvents(events);
    }

    /** What {@code open} returned. */
    long handle();

    /** The requested events, as bits of {@code poll(2)}; 0 from a kernel before 7.21. */
    int events();

    /**
     * If a caller of {@code poll(2)} waits: what wakes it when other events may be ready. It may be kept, and called by
     * any thread. A later one of the same handle replaces it.
     */
    Optional<PollWakeup> wakeup();

    /** The same operation with another handle. */
    Poll withHandle(long handle);

    /** The same operation with other events. */
    Poll withEvents(int events);

    /** The same operation with a waiter. */
    Poll withWakeup(PollWakeup wakeup);
}
