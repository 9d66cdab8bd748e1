package org.hexfuse.transport.unix;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.time.Duration;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.Sockets;

/** Connects to a listening socket. */
final class Connector {
    /** How long a listener may take to make room in its backlog. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** How long a thread may take to see that it was interrupted. */
    private static final Duration SLICE = Duration.ofMillis(100);

    private Connector() {}

    /** @throws IOException if nobody listens there, or the peer is not trusted; the message is one line */
    static Wire connect(SocketPath to) throws IOException {
        Fd socket = Sockets.socket(to.type());
        try {
            // The kernel queues who blocks for room in the backlog. Who tries again and again finds it taken by those who try more often.
            Sockets.sendTimeout(socket, SLICE);
            await(socket, to);
            Sockets.sendTimeout(socket, Duration.ZERO);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        return Wire.of(socket, to.type(), to.label(), to.options());
    }

    private static void await(Fd socket, SocketPath to) throws IOException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (!connected(socket, to)) {
            if (System.nanoTime() - deadline > 0) {
                throw new ConnectException(
                        to.label() + " has accepted no connection for " + TIMEOUT.toSeconds() + " s");
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while connecting to " + to.label());
            }
        }
    }

    private static boolean connected(Fd socket, SocketPath to) throws IOException {
        try {
            Sockets.connect(socket, to.path());
            return true;
        } catch (LibcException e) {
            String why = switch (e.errno()) {
                case EAGAIN, EINTR -> "";
                case ECONNREFUSED -> "nobody listens at " + to.label();
                case ENOENT -> "nobody listens at " + to.label() + ": there is no such file";
                case EPROTOTYPE -> to.label() + " is a socket of another type";
                default -> "can't connect to " + to.label() + ": " + e.errno().message();
            };
            if (why.isEmpty()) {
                return false;
            }
            var failure = new ConnectException(why);
            failure.initCause(e);
            throw failure;
        }
    }
}
