package org.hexfuse.server.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.hexfuse.transport.HandoverStream;

/** One end of a connection within the process. */
final class ByteStream implements HandoverStream {
    private final Direction incoming;
    private final Direction outgoing;
    private volatile Duration timeout = Duration.ofSeconds(10);

    private ByteStream(Direction incoming, Direction outgoing) {
        this.incoming = incoming;
        this.outgoing = outgoing;
    }

    /** Two ends. */
    static ByteStream[] pair() {
        var one = new Direction();
        var other = new Direction();
        return new ByteStream[]{new ByteStream(one, other), new ByteStream(other, one)};
    }

    /** The bytes in one direction, without bound. */
    private static final class Direction {
        private final ArrayDeque<Byte> bytes = new ArrayDeque<>();
        private boolean closed;

        synchronized void write(byte[] some, int offset, int length) throws IOException {
            if (closed) {
                throw new IOException("the peer has closed the connection");
            }
            for (int i = 0; i < length; i++) {
                bytes.add(some[offset + i]);
            }
            notifyAll();
        }

        synchronized int read(byte[] into, int offset, int length, Duration timeout) throws IOException {
            long deadline = System.nanoTime() + timeout.toNanos();
            while (bytes.isEmpty() && !closed) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw new SocketTimeoutException("nothing for " + timeout);
                }
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            int count = Math.min(length, bytes.size());
            for (int i = 0; i < count; i++) {
                into[offset + i] = bytes.remove();
            }
            return count == 0 ? -1 : count;
        }

        synchronized void close() {
            closed = true;
            notifyAll();
        }
    }

    @Override public InputStream input() {
        return new InputStream() {
            @Override public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
            }

            @Override public int read(byte[] into, int offset, int length) throws IOException {
                return incoming.read(into, offset, length, timeout);
            }
        };
    }

    @Override public OutputStream output() {
        return new OutputStream() {
            @Override public void write(int one) throws IOException {
                outgoing.write(new byte[]{(byte) one}, 0, 1);
            }

            @Override public void write(byte[] bytes, int offset, int length) throws IOException {
                outgoing.write(bytes, offset, length);
            }
        };
    }

    @Override public long peer() {
        return 4711;
    }

    @Override public void timeout(Duration each) {
        timeout = each;
    }

    @Override public void disconnect() {
        incoming.close();
        outgoing.close();
    }

    @Override public void close() {
        disconnect();
    }
}
