package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;

/**
 * Observes the requests of a connection. Each method is called right after its event by the thread that caused it, without
 * locks: the events of one request come from several threads and may arrive out of order. Implementations must return quickly
 * and must not throw. FORGETs and INTERRUPTs are not reported.
 *
 * <p>Times are in nanoseconds since the request was queued. A connection whose listener is {@link #NONE} reads no clock and calls
 * no listener.
 */
public interface DeviceListener {
    /** No listener. */
    DeviceListener NONE = new DeviceListener() {};

    /** A request is pending: a server can read it. */
    default void queued(Opcode opcode, long unique) {}

    /** A server read a request, {@code nanos} after it was queued. */
    default void read(Opcode opcode, long unique, long nanos) {}

    /** A request ended by a reply, or with {@code error} because it was too long or could not be copied. */
    default void replied(Opcode opcode, long unique, Errno error, long nanos) {}

    /** A request had no reply within its timeout or the connection's. */
    default void timedOut(Opcode opcode, long unique, long nanos) {}

    /** The connection was aborted, and {@code requests} outstanding requests with it. Called once. */
    default void aborted(int requests) {}
}
