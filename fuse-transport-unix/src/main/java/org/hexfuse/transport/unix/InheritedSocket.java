package org.hexfuse.transport.unix;

import java.io.IOException;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.SocketOption;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.transport.Address;

/** An address that is the number of a descriptor. */
record InheritedSocket(Address address, int number, WireOptions options) {
    private static final int AF_UNIX = 1;
    private static final int STREAM = 1;
    private static final int SEQPACKET = 5;

    /** A socket that is this process's to close. */
    record Open(Fd fd, SocketType type, boolean listening) {}

    /** @throws IllegalArgumentException if the address makes no sense */
    static InheritedSocket parse(Address address) {
        WireOptions.check(address, WireOptions.KEYS);
        if (!address.path().matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException(
                    address.scheme() + ": needs the number of a descriptor, not '" + address.path() + "'");
        }
        return new InheritedSocket(address, Integer.parseInt(address.path()), WireOptions.parse(address));
    }

    /**
     * Takes the descriptor, once. It stays open, whoever's it is, if it is of no use here.
     *
     * @throws IOException if it is not open, or no local socket of a kind that keeps the order
     */
    Open take() throws IOException {
        try {
            Fd fd = Fd.inherited(number);
            int type = Sockets.option(fd, SocketOption.TYPE);
            boolean fits = Sockets.option(fd, SocketOption.DOMAIN) == AF_UNIX && (type == STREAM || type == SEQPACKET);
            if (!fits) {
                throw new IOException(address + " is no local socket for streams or sequenced packets");
            }
            return new Open(fd, type == STREAM ? SocketType.STREAM : SocketType.SEQPACKET,
                    Sockets.option(fd, SocketOption.LISTENING) != 0);
        } catch (LibcException e) {
            throw switch (e.errno()) {
                case Errno.EBADF -> new IOException(address + " is not open in this process", e);
                case Errno.ENOTSOCK -> new IOException(address + " is no socket", e);
                default -> new IOException(address + ": " + e.getMessage(), e);
            };
        }
    }
}
