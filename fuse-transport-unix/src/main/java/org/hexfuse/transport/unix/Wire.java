package org.hexfuse.transport.unix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.MessageFlags;
import org.hexfuse.libc.PollSet;
import org.hexfuse.libc.SocketMessage;
import org.hexfuse.libc.SocketOption;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.libc.Syscalls;
import org.hexfuse.transport.Limits;

/**
 * A connected socket. Any thread may send, shut down and close; one thread at a time receives.
 *
 * <p>Every wait polls at intervals, since closing a descriptor wakes no thread that polls it.
 */
final class Wire implements AutoCloseable {
    private static final int MAX_MESSAGE = (1 << 20) + Limits.HEAD_ROOM;
    /** The longest packet is this much shorter than the send buffer: Linux {@code net/unix/af_unix.c}, {@code unix_dgram_sendmsg}. */
    private static final int PACKET_OVERHEAD = 32;
    private static final int TICK_MILLIS = 100;
    private static final long NEVER = Long.MIN_VALUE;
    /** How often a send is repeated that failed with ENOBUFS. */
    private static final int ATTEMPTS = 10;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    private final Fd socket;
    private final SocketType type;
    private final String label;
    private final WireOptions options;
    private final int maxMessage;
    private final PollSet readable = new PollSet(Arena.ofAuto(), 1);
    private final PollSet writable = new PollSet(Arena.ofAuto(), 1);
    private final ReentrantLock sending = new ReentrantLock();
    private volatile boolean shutDown;
    /** The deadline for the rest of the current message, by {@link System#nanoTime}. Only for the thread that receives. */
    private long messageDeadline;
    /** The deadline for the next message to begin; {@link #NEVER} for none. */
    private volatile long idleDeadline = NEVER;

    private Wire(Fd socket, SocketType type, String label, WireOptions options, int maxMessage) {
        this.socket = socket;
        this.type = type;
        this.label = label;
        this.options = options;
        this.maxMessage = maxMessage;
        readable.set(0, socket, PollSet.IN);
        writable.set(0, socket, PollSet.OUT);
    }

    /**
     * Takes ownership of a connected socket; closes it on failure.
     *
     * @param label its name in messages
     * @throws IOException if the peer is not trusted, or the buffers are too small
     */
    static Wire of(Fd socket, SocketType type, String label, WireOptions options) throws IOException {
        try {
            PeerCheck.check(socket, options);
            sizeBuffers(socket, options.buffer());
            return new Wire(socket, type, label, options, maxMessage(socket, type));
        } catch (IOException e) {
            socket.close();
            throw new IOException(label + ": " + e.getMessage(), e);
        }
    }

    static void sizeBuffers(Fd socket, OptionalInt wanted) throws LibcException {
        if (wanted.isPresent()) {
            Sockets.option(socket, SocketOption.SEND_BUFFER, wanted.getAsInt());
            Sockets.option(socket, SocketOption.RECEIVE_BUFFER, wanted.getAsInt());
        } else {
            raise(socket, SocketOption.SEND_BUFFER_FORCE, SocketOption.SEND_BUFFER);
            raise(socket, SocketOption.RECEIVE_BUFFER_FORCE, SocketOption.RECEIVE_BUFFER);
        }
    }

    private static void raise(Fd socket, SocketOption privileged, SocketOption capped) throws LibcException {
        try {
            Sockets.option(socket, privileged, MAX_MESSAGE);
        } catch (LibcException _) {
            Sockets.option(socket, capped, MAX_MESSAGE);
        }
    }

    /** The longest message that this end of a connection can send. */
    static int maxMessage(Fd socket, SocketType type) throws IOException {
        if (type == SocketType.STREAM) {
            return MAX_MESSAGE;
        }
        int buffer = Sockets.option(socket, SocketOption.SEND_BUFFER);
        int least = Limits.beforeInit().maxMessage();
        if (buffer - PACKET_OVERHEAD < least) {
            throw new IOException("a send buffer of " + buffer + " bytes is too small for packets of " + least);
        }
        return Math.min(MAX_MESSAGE, buffer - PACKET_OVERHEAD);
    }

    /** The longest message that can be sent, in bytes. */
    int maxMessage() {
        return maxMessage;
    }

    SocketType type() {
        return type;
    }

    WireOptions options() {
        return options;
    }

    /** Whether this end has shut the connection down. */
    boolean isShutDown() { return shutDown; }

    /** Whether the peer has disconnected and nothing is left to receive. */
    boolean peerIsGone() {
        try (Arena arena = Arena.ofConfined()) {
            return Syscalls.recv(socket, arena.allocate(1), 1, MessageFlags.PEEK | MessageFlags.DONTWAIT) == 0;
        }
    }

    /** Starts the deadline of a message: all of it must be received within the patience, in however many reads. */
    void beginMessage() {
        messageDeadline = System.nanoTime() + options.patience().toNanos();
    }

    /** Sets a deadline for the next message to begin. */
    void awaitNextWithin(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        idleDeadline = deadline == NEVER ? deadline + 1 : deadline;
    }

    /** Removes the deadline for the next message. */
    void awaitNextForEver() {
        idleDeadline = NEVER;
    }

    /**
     * Receives at least one byte, or a packet.
     *
     * @param inside whether the bytes belong to a message that has begun
     * @return the result of {@code recv(2)}; 0 also if the connection was reset
     */
    long receive(MemorySegment memory, long offset, long length, int flags, boolean inside) throws IOException {
        MemorySegment target = memory.asSlice(offset, length);
        int all = inside || idleDeadline != NEVER ? flags | MessageFlags.DONTWAIT : flags;
        long n = Syscalls.recv(socket, target, length, all);
        while (n < 0 && retry(n, inside)) {
            n = Syscalls.recv(socket, target, length, all);
        }
        return Math.max(n, 0);
    }

    /** Receives a packet into several pieces of memory. */
    long receive(SocketMessage message) throws IOException {
        long n = message.receive(socket, MessageFlags.DONTWAIT);
        while (n < 0 && retry(n, true)) {
            n = message.receive(socket, MessageFlags.DONTWAIT);
        }
        return Math.max(n, 0);
    }

    private boolean retry(long result, boolean inside) throws IOException {
        return switch (Errno.orEio((int) -result)) {
            case EINTR -> true;
            case EAGAIN -> {
                awaitReadable(inside);
                yield !shutDown;
            }
            case EBADF, ECONNRESET, EPIPE -> false;
            default -> throw LibcException.of(label + ": receive", Errno.orEio((int) -result));
        };
    }

    private void awaitReadable(boolean inside) throws ProtocolException {
        while (true) {
            if (inside && System.nanoTime() - messageDeadline > 0) {
                throw new ProtocolException(
                        "a message was not received whole within " + WireOptions.inSeconds(options.patience()));
            }
            long idle = idleDeadline;
            if (!inside && idle != NEVER && System.nanoTime() - idle > 0) {
                throw new ProtocolException("no INIT was received in time");
            }
            if (shutDown || readable.poll(TICK_MILLIS) > 0) {
                return;
            }
        }
    }

    /** Blocks until the socket is writable, or a send would fail. */
    void awaitWritable(LongPredicate mayWait) {
        sending.lock();
        try {
            awaitRoom(mayWait);
        } finally {
            sending.unlock();
        }
    }

    /**
     * Sends a whole message, under the lock that senders share. A message that is sent in part, or not in time, closes the
     * connection.
     *
     * @param message native memory
     * @param mayWait called at intervals while the socket is not writable, with the nanoseconds since the peer last received;
     *        false ends the wait
     * @return OK; EMSGSIZE or ENOBUFS if this message cannot be sent and others can; or the reason for closing the connection
     */
    Errno send(MemorySegment message, long size, LongPredicate mayWait) {
        sending.lock();
        try {
            Errno outcome = sendAll(message, size, mayWait);
            if (outcome != Errno.OK && outcome != Errno.EMSGSIZE && outcome != Errno.ENOBUFS) {
                shutdown();
            }
            return outcome;
        } finally {
            sending.unlock();
        }
    }

    private Errno sendAll(MemorySegment message, long size, LongPredicate mayWait) {
        long done = 0;
        int attempts = ATTEMPTS;
        while (done < size) {
            MemorySegment rest = done == 0 ? message : message.asSlice(done);
            long n = Syscalls.send(socket, rest, size - done, MessageFlags.DONTWAIT);
            if (n > 0) {
                done += n;
                continue;
            }
            Errno errno = Errno.orEio((int) -n);
            if (errno == Errno.EAGAIN) {
                if (!awaitRoom(mayWait)) {
                    return Errno.ETIMEDOUT;
                }
            } else if (errno == Errno.ENOBUFS && attempts > 0) {
                attempts--;
                LockSupport.parkNanos(PAUSE);
            } else if (errno != Errno.EINTR) {
                return errno == Errno.ENOBUFS && done > 0 ? Errno.EPIPE : errno;
            }
        }
        return Errno.OK;
    }

    private boolean awaitRoom(LongPredicate mayWait) {
        long begin = System.nanoTime();
        while (writable.poll(TICK_MILLIS) <= 0 && !shutDown) {
            if (!mayWait.test(System.nanoTime() - begin)) {
                return false;
            }
        }
        return true;
    }

    /** Shuts the connection down: wakes every thread that is blocked on it, at both ends. */
    void shutdown() {
        shutDown = true;
        try {
            Sockets.shutdown(socket);
        } catch (LibcException _) {
            // It is disconnected already.
        }
    }

    /** Shuts down, and closes the descriptor when the last call has returned. */
    @Override public void close() {
        shutdown();
        socket.close();
    }

    @Override public String toString() {
        return label;
    }
}
