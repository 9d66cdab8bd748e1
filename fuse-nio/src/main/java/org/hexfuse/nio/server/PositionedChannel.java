package org.hexfuse.nio.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** An open file of a provider, which is read and written at offsets. Any thread may use it. */
abstract sealed class PositionedChannel implements Closeable {
    private static final int PIECE = 1 << 16;

    /**
     * Opens a file, by a {@link FileChannel} if the provider has such.
     *
     * @param missing notes that it has none
     */
    static PositionedChannel open(Path file, Set<? extends OpenOption> options, Missing missing,
            FileAttribute<?>... attributes) throws IOException {
        try {
            return new OfFile(FileChannel.open(file, options, attributes));
        } catch (UnsupportedOperationException e) {
            var channel = new OfBytes(file, options, attributes);
            missing.note("FileChannel: one request of an open file waits for another (" + e + ")");
            return channel;
        }
    }

    /** Reads at an offset; -1 at the end of the file. */
    abstract int read(ByteBuffer target, long offset) throws IOException;

    /** Writes at an offset. */
    abstract int write(ByteBuffer source, long offset) throws IOException;

    abstract long size() throws IOException;

    /** Extends a file that is shorter by zeros, which a provider need not do for what is skipped. */
    final void fill(long size) throws IOException {
        for (long at = size(); at < size;) {
            at += write(ByteBuffer.allocate((int) Math.min(PIECE, size - at)), at);
        }
    }

    /** Cuts a file to a size that is smaller than its own. */
    abstract void truncate(long size) throws IOException;

    /** Writes data back to storage, with metadata or without. */
    abstract void force(boolean metadata) throws IOException;

    /** Copies to another channel, and returns how many bytes were copied. */
    long copyTo(long offset, long length, PositionedChannel target, long targetOffset) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(length, PIECE));
        long done = 0;
        while (done < length) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), length - done));
            if (read(buffer, offset + done) <= 0) {
                break;
            }
            buffer.flip();
            for (long at = targetOffset + done; buffer.hasRemaining();) {
                at += target.write(buffer, at);
            }
            done += buffer.position();
        }
        return done;
    }

    private static final class OfFile extends PositionedChannel {
        private final FileChannel channel;

        OfFile(FileChannel channel) {
            this.channel = channel;
        }

        @Override int read(ByteBuffer target, long offset) throws IOException {
            return channel.read(target, offset);
        }

        @Override int write(ByteBuffer source, long offset) throws IOException {
            return channel.write(source, offset);
        }

        @Override long size() throws IOException {
            return channel.size();
        }

        @Override void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override void force(boolean metadata) throws IOException {
            channel.force(metadata);
        }

        /** The JDK has the kernel copy between two files; only here a position of the channel is used. */
        @Override long copyTo(long offset, long length, PositionedChannel target, long targetOffset)
                throws IOException {
            if (!(target instanceof OfFile other) || other.channel.equals(channel)) {
                return super.copyTo(offset, length, target, targetOffset);
            }
            synchronized (other) {
                other.channel.position(targetOffset);
                return channel.transferTo(offset, length, other.channel);
            }
        }

        @Override public void close() throws IOException {
            channel.close();
        }
    }

    /**
     * The position is the channel's, which the lock guards. A channel that cannot be positioned is opened again, and read from its start
     * as far as the offset.
     */
    private static final class OfBytes extends PositionedChannel {
        private final Path file;
        private final Set<? extends OpenOption> options;
        private final ReentrantLock lock = new ReentrantLock();
        private SeekableByteChannel channel;
        /** The position; -1 when it is not known. */
        private long next;

        OfBytes(Path file, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
            this.file = file;
            this.options = options;
            this.channel = file.getFileSystem().provider().newByteChannel(file, options, attributes);
        }

        private <R> R locked(Call<R> call) throws IOException {
            lock.lock();
            try {
                return call.run();
            } catch (InterruptedException e) {
                throw new IOException(e);
            } finally {
                lock.unlock();
            }
        }

        private SeekableByteChannel at(long offset) throws IOException {
            if (next == offset) {
                return channel;
            }
            next = -1;
            try {
                channel.position(offset);
            } catch (UnsupportedOperationException e) {
                if (options.contains(StandardOpenOption.WRITE)) {
                    throw e;
                }
                channel.close();
                channel = file.getFileSystem().provider().newByteChannel(file, options);
                skip(offset);
            }
            next = offset;
            return channel;
        }

        private void skip(long count) throws IOException {
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(count, PIECE));
            for (long rest = count; rest > 0;) {
                int got = channel.read(piece.clear().limit((int) Math.min(piece.capacity(), rest)));
                if (got < 0) {
                    return;
                }
                rest -= got;
            }
        }

        @Override int read(ByteBuffer target, long offset) throws IOException {
            return locked(() -> {
                int got = at(offset).read(target);
                next += Math.max(0, got);
                return got;
            });
        }

        @Override int write(ByteBuffer source, long offset) throws IOException {
            return locked(() -> {
                int done = at(offset).write(source);
                next += done;
                return done;
            });
        }

        @Override long size() throws IOException {
            return locked(() -> channel.size());
        }

        @Override void truncate(long size) throws IOException {
            locked(() -> {
                next = -1;
                return channel.truncate(size);
            });
        }

        @Override void force(boolean metadata) {
            throw new UnsupportedOperationException("a channel that cannot be forced");
        }

        @Override public void close() throws IOException {
            locked(() -> {
                channel.close();
                return null;
            });
        }
    }
}
