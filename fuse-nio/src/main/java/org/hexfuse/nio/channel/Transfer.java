package org.hexfuse.nio.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * The transfers of a {@link VfsFileChannel}: by COPY_FILE_RANGE to another one of the same server, else through a buffer.
 *
 * @param file the channel whose transfer it is
 * @param other the source or target
 */
record Transfer(VfsFileChannel file, Channel other) {
    private static final int BUFFER = 128 * 1024;
    /** The most bytes that the server is asked to copy at once, so that a close is seen between. */
    private static final long RANGE = 1L << 30;
    /** What {@link #copy} returns if the files have to be copied through a buffer. */
    private static final long UNSUPPORTED = -1;

    /** Transfers bytes, and returns how many. */
    @FunctionalInterface interface Call {
        long run() throws IOException;
    }

    /** Runs a transfer. If one of the channels is closed, or the thread interrupted, throws what {@code FileChannel} says. */
    long run(Call call) throws IOException {
        try {
            return call.run();
        } catch (ClosedChannelException e) {
            throw Thread.currentThread().isInterrupted() ? closeBoth() : closed(e);
        }
    }

    private ClosedByInterruptException closeBoth() {
        var interrupted = new ClosedByInterruptException();
        for (Channel channel : new Channel[]{file, other}) {
            try {
                channel.close();
            } catch (IOException e) {
                interrupted.addSuppressed(e);
            }
        }
        return interrupted;
    }

    private static AsynchronousCloseException closed(ClosedChannelException e) {
        if (e instanceof AsynchronousCloseException asynchronous) {
            return asynchronous;
        }
        var asynchronous = new AsynchronousCloseException();
        asynchronous.addSuppressed(e);
        return asynchronous;
    }

    /** {@code transferTo}: the source has its own position. */
    static long to(VfsFileChannel source, long position, long count, WritableByteChannel target) throws IOException {
        if (target instanceof VfsFileChannel file) {
            long copied = copy(source, position, file, BufferIo.NEXT, count);
            if (copied != UNSUPPORTED) {
                return copied;
            }
        }
        return pump(count, (buffer, done) -> source.read(buffer, position + done), (buffer, _) -> target.write(buffer));
    }

    /** {@code transferFrom}: the target has its own position; behind its end it leaves a gap, as with the JDK's channels. */
    static long from(ReadableByteChannel source, VfsFileChannel target, long position, long count) throws IOException {
        if (source instanceof VfsFileChannel file) {
            long copied = copy(file, BufferIo.NEXT, target, position, count);
            if (copied != UNSUPPORTED) {
                return copied;
            }
        }
        return pump(count, (buffer, _) -> source.read(buffer), (buffer, done) -> target.write(buffer, position + done));
    }

    private static long copy(VfsFileChannel source, long position, VfsFileChannel target, long targetPosition,
            long count)
            throws IOException {
        long done = 0;
        while (done < count) {
            long copied;
            try {
                copied = source.copyRange(position == BufferIo.NEXT ? position : position + done, target,
                        targetPosition == BufferIo.NEXT ? targetPosition : targetPosition + done,
                        Math.min(RANGE, count - done));
            } catch (FuseException e) {
                if (!target.isOpen()) {
                    throw new AsynchronousCloseException();
                }
                if (done > 0) {
                    return done;
                }
                if (needsBuffer(e.errno())) {
                    return UNSUPPORTED;
                }
                throw source.error(e);
            }
            if (copied == 0) {
                break;
            }
            done += copied;
        }
        return done;
    }

    /** EXDEV of another server, EBADF of an appending file, EINVAL of overlapping ranges and of special files, ESPIPE of a stream. */
    private static boolean needsBuffer(Errno errno) {
        return errno == Errno.EXDEV || errno == Errno.EBADF || errno == Errno.EINVAL || errno == Errno.ESPIPE
                || errno == Errno.EOPNOTSUPP;
    }

    /** Reads or writes a buffer, when so many bytes are transferred. */
    private interface Step {
        int run(ByteBuffer buffer, long done) throws IOException;
    }

    private static long pump(long count, Step read, Step write) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(count, BUFFER));
        long done = 0;
        try {
            while (done < count) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), count - done));
                int got = read.run(buffer, done);
                if (got <= 0) {
                    break;
                }
                buffer.flip();
                int put = write.run(buffer, done);
                done += put;
                if (put < got) {
                    break;
                }
            }
            return done;
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            if (done == 0) {
                throw e;
            }
            return done;
        }
    }
}
