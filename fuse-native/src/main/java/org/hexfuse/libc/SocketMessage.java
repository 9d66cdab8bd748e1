package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;

/**
 * A {@code struct msghdr}: pieces of memory and descriptors that are sent or received at once. Reusable, by one thread at
 * a time.
 *
 * <p>The calls are hot: they return the negated errno and allocate only for received descriptors.
 */
public final class SocketMessage implements AutoCloseable {
    private static final MethodHandle SENDMSG = Libc.find("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle RECVMSG = Libc.find("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);

    private static final int SIZE = 56;
    private static final int IOV = 16;
    private static final int IOVLEN = 24;
    private static final int CONTROL = 32;
    private static final int CONTROLLEN = 40;
    private static final int FLAGS = 48;

    /** {@code struct cmsghdr}: a length of 8 bytes, the level and the type; data follows, padded to 8 bytes. */
    private static final int CMSG_SIZE = 16;
    private static final int CMSG_LEVEL = 8;
    private static final int CMSG_TYPE = 12;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    private final MemorySegment header;
    private final MemorySegment control;
    private final IoVector pieces;
    private final int maxDescriptors;
    private final List<Fd> received = new ArrayList<>();

    /**
     * An empty message.
     *
     * @param arena the allocator of the buffers
     * @param maxPieces the most pieces of memory
     * @param maxDescriptors the most descriptors; the kernel closes further ones
     */
    public SocketMessage(Arena arena, int maxPieces, int maxDescriptors) {
        this.header = arena.allocate(SIZE, 8);
        this.control = arena.allocate(controlSize(maxDescriptors), 8);
        this.pieces = new IoVector(arena, maxPieces);
        this.maxDescriptors = maxDescriptors;
    }

    /** The pieces to send from or to receive into. */
    public IoVector pieces() {
        return pieces;
    }

    /** {@code sendmsg(2)}: sends the pieces. Returns the number of bytes or the negated errno. */
    public long send(Fd socket, int flags) {
        return send(socket, flags, 0);
    }

    /** {@code sendmsg(2)}: sends the pieces, at least one byte, with descriptors, which the caller still owns. */
    public long send(Fd socket, int flags, Fd... descriptors) {
        if (descriptors.length > maxDescriptors) {
            throw new IllegalArgumentException(descriptors.length + " descriptors where " + maxDescriptors + " fit");
        }
        int held = 0;
        try {
            while (held < descriptors.length) {
                int number = descriptors[held].acquire();
                if (number < 0) {
                    return -Errno.EBADF.code();
                }
                control.set(JAVA_INT, CMSG_SIZE + 4L * held++, number);
            }
            return send(socket, flags, held);
        } finally {
            for (int i = 0; i < held; i++) {
                descriptors[i].release();
            }
        }
    }

    private long send(Fd socket, int flags, int descriptors) {
        long controlLength = descriptors == 0 ? 0 : controlSize(descriptors);
        if (descriptors > 0) {
            control.set(JAVA_LONG, 0, CMSG_SIZE + 4L * descriptors);
            control.set(JAVA_INT, CMSG_LEVEL, SOL_SOCKET);
            control.set(JAVA_INT, CMSG_TYPE, SCM_RIGHTS);
        }
        prepare(controlLength);
        int number = socket.acquire();
        if (number < 0) {
            return -Errno.EBADF.code();
        }
        try {
            MemorySegment state = Libc.state();
            return Libc.result((long) SENDMSG.invokeExact(state, number, header, flags | MessageFlags.NOSIGNAL), state);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            socket.release();
        }
    }

    /**
     * {@code recvmsg(2)}: fills the pieces. Returns the number of bytes, 0 at the end, or the negated errno. Descriptors of
     * the previous message that were not taken are closed.
     */
    public long receive(Fd socket, int flags) {
        close();
        prepare(maxDescriptors == 0 ? 0 : control.byteSize());
        int number = socket.acquire();
        if (number < 0) {
            return -Errno.EBADF.code();
        }
        long result;
        try {
            MemorySegment state = Libc.state();
            int closing = flags | MessageFlags.CMSG_CLOEXEC;
            result = Libc.result((long) RECVMSG.invokeExact(state, number, header, closing), state);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            socket.release();
        }
        if (result >= 0) {
            collectDescriptors();
        }
        return result;
    }

    /** Whether the last packet was truncated (MSG_TRUNC). */
    public boolean truncated() {
        return (header.get(JAVA_INT, FLAGS) & MessageFlags.TRUNC) != 0;
    }

    /** Whether descriptors of the last message did not fit (MSG_CTRUNC). */
    public boolean descriptorsTruncated() {
        return (header.get(JAVA_INT, FLAGS) & MessageFlags.CTRUNC) != 0;
    }

    /** The descriptors of the last message; the caller owns them. */
    public List<Fd> takeDescriptors() {
        List<Fd> taken = List.copyOf(received);
        received.clear();
        return taken;
    }

    /** Closes received descriptors that were not taken. */
    @Override public void close() {
        if (!received.isEmpty()) {
            takeDescriptors().forEach(Fd::close);
        }
    }

    private void prepare(long controlLength) {
        header.set(ADDRESS, IOV, pieces.memory());
        header.set(JAVA_LONG, IOVLEN, pieces.count());
        header.set(ADDRESS, CONTROL, controlLength == 0 ? MemorySegment.NULL : control);
        header.set(JAVA_LONG, CONTROLLEN, controlLength);
        header.set(JAVA_INT, FLAGS, 0);
    }

    private void collectDescriptors() {
        long end = header.get(JAVA_LONG, CONTROLLEN);
        long at = 0;
        while (at + CMSG_SIZE <= end) {
            long length = control.get(JAVA_LONG, at);
            if (control.get(JAVA_INT, at + CMSG_LEVEL) == SOL_SOCKET
                    && control.get(JAVA_INT, at + CMSG_TYPE) == SCM_RIGHTS) {
                for (long i = at + CMSG_SIZE; i < at + length; i += 4) {
                    received.add(Fd.of(control.get(JAVA_INT, i)));
                }
            }
            at += Math.max(CMSG_SIZE, length + 7 & ~7L);
        }
    }

    private static long controlSize(int descriptors) {
        return descriptors == 0 ? CMSG_SIZE : CMSG_SIZE + (4L * descriptors + 7 & ~7L);
    }
}
