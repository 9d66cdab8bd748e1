/**
 * Both ends of a connection in one process: an equal of the other transports, and the one that tests use.
 *
 * <p>A server opens {@code mem:NAME}, or {@code mem:} for a unique name, which the address of its endpoint has. The parameters
 * of the address are switches:
 *
 * <ul>
 * <li>{@code inline}: requests run in the server on the threads of their callers, without workers;
 * <li>{@code aliased}: a reply shares its buffer with the request, as with io_uring, which reveals late reads of the request.
 * </ul>
 *
 * <p>A request is copied once, by the worker that takes it, into that worker's buffer; a reply once, by the thread that commits
 * it. Inline nothing is copied but the structs of replies: the server reads the request where its caller made it, the data of a WRITE
 * where the caller of the VFS has it, and writes the data of a READ to where that wants it. Heap arrays are lent where the server
 * copies; if it wants the memory itself, for native code, they are copied. The transport has no threads: workers block in the device handle, and may be virtual. At most
 * {@value org.hexfuse.transport.spi.AcceptQueue#BACKLOG} connections wait to be accepted.
 */
package org.hexfuse.transport.mem;
