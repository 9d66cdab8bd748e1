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
 * A connected socket. Any thread may send, shut down and close; one at a time receives.
 *
 * <p>Whatever waits here looks up now and then, since a descriptor that is closed meanwhile wakes nobody.
 */
final class Wire implements AutoCloseable {
    private static final int MAX_MESSAGE = (1 << 20) + Limits.HEAD_ROOM;
    /** What Linux takes off the send buffer for the longest packet, {@code unix_dgram_sendmsg}. */
    private static final int PACKET_OVERHEAD = 32;
    private static final int TICK_MILLIS = 100;
    private static final long NEVER = Long.MIN_VALUE;
    /** How often the system is asked again for memory for a packet. */
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
    private volatile boolean over;
    /** When the message that is received must have come whole, by {@link System#nanoTime}. For the thread that receives. */
    private long messageDeadline;
    /** When the next message must have begun; {@link #NEVER} for no limit. */
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
     * Takes over a connected socket, also if that fails.
     *
     * @param label what to call it in messages
     * @throws IOException if the one at the other end must not be there, or the buffers are too small
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

    private static void sizeBuffers(Fd socket, OptionalInt wanted) throws LibcException {
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

    private static int maxMessage(Fd socket, SocketType type) throws IOException {
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

    /** The longest message in bytes that can be sent. */
    int maxMessage() {
        return maxMessage;
    }

    SocketType type() {
        return type;
    }

    WireOptions options() {
        return options;
    }

    /** Whether this end has shut it down. */
    boolean isOver() { return over; }

    /** Whether the other end is gone already. */
    boolean peerIsGone() {
        try (Arena arena = Arena.ofConfined()) {
            return Syscalls.recv(socket, arena.allocate(1), 1, MessageFlags.PEEK | MessageFlags.DONTWAIT) == 0;
        }
    }

    /** A message begins: all of it has to come within the patience, however it is cut up. */
    void beginMessage() {
        messageDeadline = System.nanoTime() + options.patience().toNanos();
    }

    /** Bounds the wait for the next message to begin. */
    void awaitNextWithin(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        idleDeadline = deadline == NEVER ? deadline + 1 : deadline;
    }

    /** The next message may come whenever the peer likes. */
    void awaitNextForEver() {
        idleDeadline = NEVER;
    }

    /**
     * Receives at least one byte, or a packet.
     *
     * @param inside whether it belongs to a message that has begun
     * @return what {@code recv(2)} says, 0 also if the other end has died
     */
    long receive(MemorySegment memory, long offset, long length, int flags, boolean inside) throws IOException {
        MemorySegment target = memory.asSlice(offset, length);
        int all = inside || idleDeadline != NEVER ? flags | MessageFlags.DONTWAIT : flags;
        long n = Syscalls.recv(socket, target, length, all);
        while (n < 0 && goesOn(n, inside)) {
            n = Syscalls.recv(socket, target, length, all);
        }
        return Math.max(n, 0);
    }

    /** Receives a packet into several pieces. */
    long receive(SocketMessage message) throws IOException {
        long n = message.receive(socket, MessageFlags.DONTWAIT);
        while (n < 0 && goesOn(n, true)) {
            n = message.receive(socket, MessageFlags.DONTWAIT);
        }
        return Math.max(n, 0);
    }

    private boolean goesOn(long result, boolean inside) throws IOException {
        return switch (Errno.orEio((int) -result)) {
            case EINTR -> true;
            case EAGAIN -> {
                awaitReadable(inside);
                yield !over;
            }
            case EBADF, ECONNRESET, EPIPE -> false;
            default -> throw LibcException.of(label + ": receive", Errno.orEio((int) -result));
        };
    }

    private void awaitReadable(boolean inside) throws ProtocolException {
        while (true) {
            if (inside && System.nanoTime() - messageDeadline > 0) {
                throw new ProtocolException(
                        "a message that has not come whole within " + options.patience().toSeconds() + " s");
            }
            long idle = idleDeadline;
            if (!inside && idle != NEVER && System.nanoTime() - idle > 0) {
                throw new ProtocolException("silence where INIT is due");
            }
            if (over || readable.poll(TICK_MILLIS) > 0) {
                return;
            }
        }
    }

    /** Waits until something can be sent, or sending fails. */
    void awaitWritable(LongPredicate goesOn) {
        sending.lock();
        try {
            waitToSend(goesOn);
        } finally {
            sending.unlock();
        }
    }

    /**
     * Sends a message whole; nothing else comes between. What is sent in part, or not in time, ends the connection.
     *
     * @param message native memory
     * @param goesOn asked, with the nanoseconds for which the other end has taken nothing, whether to wait on
     * @return OK; EMSGSIZE or ENOBUFS if it can't be sent and others can; or why the connection is over
     */
    Errno send(MemorySegment message, long size, LongPredicate goesOn) {
        sending.lock();
        try {
            Errno outcome = sendAll(message, size, goesOn);
            if (outcome != Errno.OK && outcome != Errno.EMSGSIZE && outcome != Errno.ENOBUFS) {
                shutdown();
            }
            return outcome;
        } finally {
            sending.unlock();
        }
    }

    private Errno sendAll(MemorySegment message, long size, LongPredicate goesOn) {
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
                if (!waitToSend(goesOn)) {
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

    private boolean waitToSend(LongPredicate goesOn) {
        long begin = System.nanoTime();
        while (writable.poll(TICK_MILLIS) <= 0 && !over) {
            if (!goesOn.test(System.nanoTime() - begin)) {
                return false;
            }
        }
        return true;
    }

    /** Ends the connection: everything that waits for it wakes, at both ends. */
    void shutdown() {
        over = true;
        try {
            Sockets.shutdown(socket);
        } catch (LibcException _) {
            // It is gone already, which is what was wanted.
        }
    }

    /** Shuts down and closes the descriptor, when the last call has returned. */
    @Override public void close() {
        shutdown();
        socket.close();
    }

    @Override public String toString() {
        return label;
    }
}
