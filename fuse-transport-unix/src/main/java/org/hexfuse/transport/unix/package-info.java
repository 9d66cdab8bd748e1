/**
 * Local sockets: kernel end and server end in two processes of one machine.
 *
 * <ul>
 * <li>{@code unix:PATH}: a byte stream; messages are framed by the length in their headers;
 * <li>{@code unix-seqpacket:PATH}: sequenced packets; a message is a packet, so it fits the socket's send buffer;
 * <li>{@code fd:N}: an inherited socket of either type, connected or listening.
 * </ul>
 *
 * <p>A path that starts with the character 0, written {@code %00}, is an abstract name, without a file. The server end listens
 * and the kernel end connects, unless the parameters of the address reverse that:
 *
 * <ul>
 * <li>{@code listen}: the kernel end listens, for one server; {@code wait=SECONDS} is its timeout;
 * <li>{@code connect}: the server end connects, once;
 * <li>{@code any_user}: the peer may belong to any user, not only to root and to the user of this process;
 * <li>{@code buffer=BYTES}: the size of the socket's buffers, in place of the largest that is allowed;
 * <li>{@code patience=SECONDS}: the timeout for the rest of a message, for a reply that the peer does not receive, and, of at most 5 s,
 * for notifications that the device does not take; 30 s by default;
 * <li>{@code init_timeout=SECONDS}: the timeout for INIT at the server end, 10 s by default.
 * </ul>
 *
 * <p>Seconds may have a fraction, such as {@code 0.5}.
 *
 * <p><b>Threads.</b> The kernel end has two threads for each connection. The receiver of replies blocks on nothing but the socket,
 * so that a server can always send. Notifications run kernel code, which may wait for replies, so a third thread delivers
 * them from a bounded queue. The sender takes a request from the device only when the socket is writable, so that a request
 * that cannot be sent stays pending and can be interrupted. It waits for a slow server without limit. The server's workers
 * receive one at a time; a reply is sent whole, by the thread that commits it. A kernel end that receives no replies for
 * {@code patience} is disconnected.
 *
 * <p><b>Errors.</b> A sender does not learn the outcome of its message. A reply that the device rejects fails its caller with
 * EIO, one with an unknown unique is discarded, and a message with an invalid length closes the connection.
 *
 * <p>Every wait ends when the connection is closed: the socket is shut down first, which wakes both ends, and its descriptor
 * is closed when the last call has returned.
 */
package org.hexfuse.transport.unix;
