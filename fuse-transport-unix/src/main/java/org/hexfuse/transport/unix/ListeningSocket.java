package org.hexfuse.transport.unix;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.net.BindException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.PollSet;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;

/** A listening socket. */
final class ListeningSocket implements AutoCloseable {
    private static final Logger LOG = Loggers.of(ListeningSocket.class);
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);
    private static final int BACKLOG = 64;
    /** How often a waiter checks for a close that came between two polls, in milliseconds. */
    private static final int LONG_TICK_MILLIS = 1000;
    /** How often a waiter checks for an interrupt, in milliseconds. */
    private static final int SHORT_TICK_MILLIS = 100;

    private final Fd socket;
    private final SocketType type;
    private final String label;
    private final WireOptions options;
    private final Optional<SocketFile> file;
    private final PollSet readable = new PollSet(Arena.ofAuto(), 1);
    private volatile boolean closed;

    private ListeningSocket(Fd socket, SocketType type, String label, WireOptions options, Optional<SocketFile> file)
            throws LibcException {
        // Several processes may share a listening socket, and another one may accept the connection that poll reported.
        socket.nonblocking(true);
        readable.set(0, socket, PollSet.IN);
        this.socket = socket;
        this.type = type;
        this.label = label;
        this.options = options;
        this.file = file;
    }

    /** Listens at a path. */
    static ListeningSocket open(SocketPath at) throws IOException {
        Fd socket = Sockets.socket(at.type());
        try {
            Optional<SocketFile> file = Optional.empty();
            if (at.isAbstract()) {
                bindName(socket, at);
            } else {
                file = Optional.of(SocketFile.bind(socket, at));
            }
            var listening = new ListeningSocket(socket, at.type(), at.label(), at.options(), file);
            Sockets.listen(socket, BACKLOG);
            return listening;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static void bindName(Fd socket, SocketPath at) throws IOException {
        try {
            Sockets.bind(socket, at.path());
        } catch (LibcException e) {
            throw e.errno() == Errno.EADDRINUSE ? new BindException(at.label() + " is in use") : e;
        }
    }

    /** Takes ownership of a socket that listens already. */
    static ListeningSocket of(InheritedSocket.Open socket, InheritedSocket inherited) throws LibcException {
        return new ListeningSocket(socket.fd(), socket.type(), inherited.address().toString(), inherited.options(),
                Optional.empty());
    }

    /**
     * Accepts the next connection; blocks until there is one. Peers that are not trusted are disconnected.
     *
     * @return empty when the socket is closed
     * @throws IOException if the system has no descriptor for a further connection
     */
    Optional<Wire> accept() throws IOException {
        Optional<Wire> wire = Optional.empty();
        while (wire.isEmpty() && !closed) {
            if (readable.poll(LONG_TICK_MILLIS) > 0) {
                wire = acceptOne();
            }
        }
        return wire;
    }

    /**
     * Accepts the next connection; blocks no longer than {@code timeout}.
     *
     * @throws IOException if nobody connected in time, the socket was closed or the thread was interrupted
     */
    Wire accept(Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Optional<Wire> wire = Optional.empty();
        while (wire.isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                throw new SocketTimeoutException(
                        "nobody has connected to " + label + " within " + WireOptions.inSeconds(timeout));
            }
            if (closed) {
                throw new SocketException(label + " was closed before anybody connected");
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException(label + ": interrupted while waiting for a connection");
            }
            if (readable.poll(SHORT_TICK_MILLIS) > 0) {
                wire = acceptOne();
            }
        }
        return wire.get();
    }

    /** Empty if the peer has disconnected or was rejected, or if the socket is shut down. */
    private Optional<Wire> acceptOne() throws IOException {
        try {
            return Optional.of(wire(Sockets.accept(socket)));
        } catch (LibcException e) {
            return switch (e.errno()) {
                case EINTR, ECONNABORTED, EAGAIN -> Optional.empty();
                case EINVAL, EBADF -> {
                    closed = true;
                    yield Optional.empty();
                }
                default -> throw new IOException(label + ": " + e.getMessage(), e);
            };
        } catch (Rejected e) {
            LIMITED.warn("rejected", "connection rejected: " + e.getMessage());
            return Optional.empty();
        }
    }

    private Wire wire(Fd peer) throws Rejected {
        try {
            return Wire.of(peer, type, label, options);
        } catch (IOException e) {
            throw new Rejected(e);
        }
    }

    int maxConnections() {
        return options.connections();
    }

    String label() {
        return label;
    }

    /** Removes the file, wakes threads in {@link #accept}, and closes the socket. Accepted connections stay open. */
    @Override public void close() throws IOException {
        closed = true;
        try {
            if (file.isPresent()) {
                file.get().remove();
            }
        } finally {
            try {
                Sockets.shutdown(socket);
            } catch (LibcException e) {
                LOG.debug("{}: {}", label, e.getMessage());
            }
            socket.close();
        }
    }

    /** A rejected connection; the listener keeps accepting. */
    private static final class Rejected extends Exception {
        private static final long serialVersionUID = 1L;

        Rejected(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
