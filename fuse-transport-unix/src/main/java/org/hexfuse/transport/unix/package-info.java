/**
 * Local sockets: kernel end and server end in two processes of one machine.
 *
 * <ul>
 * <li>{@code unix:PATH}: a byte stream; messages are framed by the length in their headers;
 * <li>{@code unix-seqpacket:PATH}: sequenced packets; a message is a packet, so it fits the socket's send buffer;
 * <li>{@code fd:N}: an inherited socket of either type, connected or listening;
 * <li>{@code exec:COMMAND}: a pair of packet sockets, for the kernel end, which starts the server: see below.
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
 * <p><b>Servers that are started.</b> {@code exec:sshfs -f host:/files {}} starts that command, with {@code {}} replaced by
 * {@code /dev/fd/N}, the server's end: programs on libfuse 3 and on go-fuse take such a mount point for a device that is open. The command is
 * split into words by spaces, with the quotes and backslashes of a POSIX shell; no shell runs, so {@code sh -c '...' {}} is written where
 * one is wanted. As in every {@link org.hexfuse.transport.Address} a {@code ?} in the command is written {@code %3F}, a {@code %} as
 * {@code %25}; {@code Address.of("exec", command)} escapes both. In a URI of {@code java.nio.file} spaces and braces are escaped too:
 * {@code hexfuse:exec:sshfs%20-f%20host:/files%20%7B%7D!/a}. The parameters that follow are {@code buffer} and {@code patience}, and
 *
 * <ul>
 * <li>{@code minor=NUMBER}: the highest minor version that INIT offers, such as 13, with which servers do not splice;
 * <li>{@code without=FLAG,FLAG}: flags that INIT does not offer; {@code flags=FLAG,FLAG}: the only ones that it may offer, by the names of
 * {@link org.hexfuse.abi.InitFlag};
 * <li>{@code max_read=BYTES}: the most data of a READ, 57,344 by default: a server that splices sends a longer reply in several packets,
 * between which those of other threads may come, which closes the connection; one that does not splice may have up to 1,048,576;
 * <li>{@code grace=SECONDS}: how long the server may take to exit when the connection is closed, 3 s by default; then its process group gets
 * SIGTERM, and after 2 s SIGKILL.
 * </ul>
 *
 * <p>Both ends get the largest buffers that are allowed, and the smaller one bounds what INIT offers. The standard input of the server is
 * {@code /dev/null}; what it writes is logged at level INFO, in lines of at most 500 bytes, 100 a second. It has no other descriptors, and
 * leads a process group: signals of the terminal do not reach it, nor may it read from the terminal. If INIT fails, the exception has the exit
 * status of the server and its last lines. A command comes from the user of this process, never from a peer.
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
