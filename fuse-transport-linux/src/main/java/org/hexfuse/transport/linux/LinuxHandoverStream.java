package org.hexfuse.transport.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.MessageFlags;
import org.hexfuse.libc.PeerCredentials;
import org.hexfuse.libc.PollSet;
import org.hexfuse.libc.SocketMessage;
import org.hexfuse.libc.Sockets;
import org.hexfuse.transport.HandoverStream;

/** A stream socket that also carries descriptors. Memory is a buffer of fixed size for each direction. */
final class LinuxHandoverStream implements HandoverStream {
    private static final int BUFFER = 1 << 16;
    /** The device, and the socket of {@code fusermount3} that unmounts. */
    static final int MOST_DESCRIPTORS = 2;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Fd socket;
    private final PeerCredentials peer;
    private final MemorySegment received;
    private final MemorySegment sent;
    private final SocketMessage receiving;
    private final SocketMessage sending;
    private final PollSet readable;
    private final PollSet writable;
    private final ArrayDeque<Fd> descriptors = new ArrayDeque<>();
    private final InputStream input = new Input();
    private final OutputStream output = new Output();
    private volatile Duration timeout = TIMEOUT;
    private int position;
    private int limit;

    /** Owns {@code socket}, which is connected. */
    LinuxHandoverStream(Fd socket) throws LibcException {
        this.socket = socket;
        this.peer = Sockets.peer(socket);
        Arena arena = Arena.ofAuto();
        this.received = arena.allocate(BUFFER);
        this.sent = arena.allocate(BUFFER);
        this.receiving = new SocketMessage(arena, 1, MOST_DESCRIPTORS);
        this.sending = new SocketMessage(arena, 1, MOST_DESCRIPTORS);
        this.readable = new PollSet(arena, 1);
        this.writable = new PollSet(arena, 1);
        readable.set(0, socket, PollSet.IN);
        writable.set(0, socket, PollSet.OUT);
    }

    PeerCredentials credentials() {
        return peer;
    }

    @Override public long peer() {
        return peer.pid();
    }

    @Override public InputStream input() {
        return input;
    }

    @Override public OutputStream output() {
        return output;
    }

    @Override public void timeout(Duration each) {
        this.timeout = each;
    }

    /** The next descriptor that came with what was read. The caller owns it. */
    Optional<Fd> takeDescriptor() {
        return Optional.ofNullable(descriptors.poll());
    }

    /** Sends bytes with descriptors, which the caller still owns. */
    void send(byte[] bytes, Fd... passed) throws IOException {
        send(bytes, 0, bytes.length, passed);
    }

    private void send(byte[] bytes, int offset, int length, Fd... passed) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        Fd[] with = passed;
        int done = 0;
        while (done < length) {
            int some = Math.min(BUFFER, length - done);
            MemorySegment.copy(bytes, offset + done, sent, ValueLayout.JAVA_BYTE, 0, some);
            sending.pieces().clear();
            sending.pieces().add(sent, 0, some);
            long count = sending.send(socket, MessageFlags.DONTWAIT, with);
            if (count > 0) {
                done += (int) count;
                with = new Fd[0];
            } else if (count == -Errno.EAGAIN.code()) {
                await(writable, "write to");
            } else if (count != -Errno.EINTR.code()) {
                throw failed((int) -count);
            }
        }
    }

    /** Fills the buffer with what has arrived; returns false at the end of the stream. */
    private boolean receive() throws IOException {
        while (true) {
            receiving.pieces().clear();
            receiving.pieces().add(received, 0, BUFFER);
            long count = receiving.receive(socket, MessageFlags.DONTWAIT);
            if (count >= 0) {
                keepDescriptors();
                position = 0;
                limit = (int) count;
                return count > 0;
            } else if (count == -Errno.EAGAIN.code()) {
                await(readable, "read from");
            } else if (count == -Errno.ECONNRESET.code()) {
                return false;
            } else if (count != -Errno.EINTR.code()) {
                throw failed((int) -count);
            }
        }
    }

    private void keepDescriptors() {
        for (Fd descriptor : receiving.takeDescriptors()) {
            if (descriptors.size() < MOST_DESCRIPTORS) {
                descriptors.add(descriptor);
            } else {
                descriptor.close();
            }
        }
    }

    private void await(PollSet set, String what) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new SocketTimeoutException("could not " + what + " process " + peer.pid() + " for "
                        + timeout.toMillis() + " ms");
            }
            int ready = set.poll((int) Math.min(left, Integer.MAX_VALUE));
            if (ready > 0) {
                if ((set.events(0) & PollSet.NVAL) != 0) {
                    throw new IOException("the handover was ended");
                }
                return;
            }
            if (ready < 0 && ready != -Errno.EINTR.code()) {
                throw failed(-ready);
            }
        }
    }

    private IOException failed(int errno) {
        Errno why = Errno.orEio(errno);
        return switch (why) {
            case EPIPE, ECONNRESET -> new IOException("process " + peer.pid() + " has closed the connection");
            case EBADF -> new IOException("the handover was ended");
            default -> new IOException("the connection to process " + peer.pid() + " failed: " + why.message());
        };
    }

    @Override public void disconnect() {
        try {
            Sockets.shutdown(socket);
        } catch (LibcException _) {
            // It is closed, or the peer is gone.
        }
    }

    @Override public void close() {
        disconnect();
        socket.close();
        Fd left = descriptors.poll();
        while (left != null) {
            left.close();
            left = descriptors.poll();
        }
    }

    private final class Input extends InputStream {
        @Override public int read() throws IOException {
            return position < limit || receive() ? Byte.toUnsignedInt(received.get(ValueLayout.JAVA_BYTE, position++))
                    : -1;
        }

        @Override public int read(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (length == 0) {
                return 0;
            }
            if (position == limit && !receive()) {
                return -1;
            }
            int some = Math.min(length, limit - position);
            MemorySegment.copy(received, ValueLayout.JAVA_BYTE, position, bytes, offset, some);
            position += some;
            return some;
        }

        @Override public int available() {
            return limit - position;
        }
    }

    private final class Output extends OutputStream {
        @Override public void write(int one) throws IOException {
            send(new byte[]{(byte) one}, 0, 1);
        }

        @Override public void write(byte[] bytes, int offset, int length) throws IOException {
            send(bytes, offset, length);
        }
    }
}
