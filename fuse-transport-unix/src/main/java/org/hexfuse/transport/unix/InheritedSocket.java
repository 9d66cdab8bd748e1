package org.hexfuse.transport.unix;

import java.io.IOException;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.SocketOption;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.transport.Address;

/** An address whose path is a descriptor number. */
record InheritedSocket(Address address, int number, WireOptions options) {
    private static final int AF_UNIX = 1;
    private static final int STREAM = 1;
    private static final int SEQPACKET = 5;

    /** A socket that this process owns. */
    record Open(Fd fd, SocketType type, boolean listening) {}

    /** @throws IllegalArgumentException if the address is malformed */
    static InheritedSocket parse(Address address) {
        WireOptions.check(address, WireOptions.KEYS);
        if (!address.path().matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException(
                    address.scheme() + ": needs the number of a descriptor, not '" + address.path() + "'");
        }
        return new InheritedSocket(address, Integer.parseInt(address.path()), WireOptions.parse(address));
    }

    /**
     * Takes ownership of the descriptor, once. A descriptor that is rejected stays open.
     *
     * @throws IOException if it is not open, or not a local socket of type stream or sequenced packet
     */
    Open take() throws IOException {
        try {
            Fd fd = Fd.inherited(number);
            int type = Sockets.option(fd, SocketOption.TYPE);
            boolean fits = Sockets.option(fd, SocketOption.DOMAIN) == AF_UNIX && (type == STREAM || type == SEQPACKET);
            if (!fits) {
                throw new IOException(address + " is not a local stream or sequenced-packet socket");
            }
            return new Open(fd, type == STREAM ? SocketType.STREAM : SocketType.SEQPACKET,
                    Sockets.option(fd, SocketOption.LISTENING) != 0);
        } catch (LibcException e) {
            throw switch (e.errno()) {
                case Errno.EBADF -> new IOException(address + " is not open in this process", e);
                case Errno.ENOTSOCK -> new IOException(address + " is not a socket", e);
                default -> new IOException(address + ": " + e.getMessage(), e);
            };
        }
    }
}
