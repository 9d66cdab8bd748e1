package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;

/**
 * Watches the requests of a connection. Methods are called by the thread that made the event happen, right after it, without
 * a lock held: events of one request come from several threads and may be reported out of order. They must be quick and must
 * not throw. FORGETs and INTERRUPTs are not reported.
 *
 * <p>Times are in nanoseconds, counted from when the request was queued. A connection whose listener is {@link #NONE} reads
 * no clock and calls nothing.
 */
public interface DeviceListener {
    /** Nobody watches. */
    DeviceListener NONE = new DeviceListener() {};

    /** A request is where a server can take it. */
    default void queued(Opcode opcode, long unique) {}

    /** A server took a request, {@code nanos} after it was queued. */
    default void read(Opcode opcode, long unique, long nanos) {}

    /** A request came to its end by a reply, or was refused because it is too long or could not be copied. */
    default void replied(Opcode opcode, long unique, Errno error, long nanos) {}

    /** A request had no answer in time. */
    default void timedOut(Opcode opcode, long unique, long nanos) {}

    /** The connection ended, and with it {@code requests} requests. Called once. */
    default void aborted(int requests) {}
}
