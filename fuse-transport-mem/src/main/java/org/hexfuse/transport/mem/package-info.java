/**
 * Both ends of a connection in one process: an equal sibling of the transports that leave it, and the one that tests use.
 *
 * <p>A server opens {@code mem:NAME}, or {@code mem:} for a name that nobody else has, which its endpoint then tells.
 * Parameters of the address are switches:
 *
 * <ul>
 * <li>{@code inline}: requests run through the server on the thread that makes them, without workers;
 * <li>{@code aliased}: replies lie in the memory of their requests, as with io_uring, which shows who reads one too late.
 * </ul>
 *
 * <p>A request is copied once, by the worker that takes it, into memory that the worker keeps, and a reply once, by the
 * thread that commits it. There are no threads of the transport's own: workers wait in the device, and may be virtual.
 */
package org.hexfuse.transport.mem;
