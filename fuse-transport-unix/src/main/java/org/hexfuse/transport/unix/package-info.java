/**
 * Local sockets: the two ends in two processes of one machine.
 *
 * <ul>
 * <li>{@code unix:PATH}: a stream of bytes, cut into messages by their lengths;
 * <li>{@code unix-seqpacket:PATH}: each message is a packet, so none is longer than the socket's send buffer;
 * <li>{@code fd:N}: a socket of either kind that this process inherited, connected or listening.
 * </ul>
 *
 * <p>A path that starts with the character 0, written {@code %00}, is an abstract name, which has no file. The server listens
 * and the kernel connects, unless parameters of the address say otherwise:
 *
 * <ul>
 * <li>{@code listen}: the kernel's end listens, for one server; {@code wait=SECONDS} says how long;
 * <li>{@code connect}: the server's end connects, once;
 * <li>{@code any_user}: the other end may belong to anybody, not just to root and to the user of this end;
 * <li>{@code buffer=BYTES}: the socket's buffers, in place of the largest that this process may have;
 * <li>{@code patience=SECONDS}: how long the other end may be silent in the middle of a message, or take nothing of a reply.
 * </ul>
 *
 * <p><b>Who waits for whom.</b> The kernel's end has two threads for each connection. One reads replies; it waits for nobody
 * else, so that a server can always get rid of its replies. Notifications run the kernel's code, which may wait for replies,
 * so they go to a third thread, through a bounded queue. The pump takes a request from the device when the socket has
 * room for it, so that what can't be sent stays where it can be cancelled. It waits as long as the server likes: a
 * filesystem may be slow. The server's workers take turns in reading; a reply is sent whole, by the thread that commits it.
 * A kernel's end that takes no replies has stopped, and its connection is ended when patience is.
 *
 * <p>No writer can be told what became of its reply. One that the device refuses ends its caller with EIO, one for nobody is
 * dropped, and a message whose length makes no sense ends the connection.
 *
 * <p>Every wait ends with the connection: the socket is shut down first, which wakes both ends, and its descriptor closed when
 * the last call has returned.
 */
package org.hexfuse.transport.unix;
