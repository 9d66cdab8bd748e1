package org.hexfuse.nio.channel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.OpenFile;

/**
 * A {@link FileChannel} on an open file of a FUSE server. It owns the open file.
 *
 * <p><b>Data</b> goes between the buffer and the requests without a copy between, whether the buffer is direct or on the heap. Up to
 * 128 KiB of a scattering read or a gathering write are one read or write of the file.
 *
 * <p><b>Transfers</b> between two channels of one server are COPY_FILE_RANGE; others go through a buffer of 128 KiB.
 *
 * <p><b>Maps</b> are copies of at most 1 GiB (system property {@code org.hexfuse.nio.mapLimit}), see {@link MappedCopy}. Later changes of
 * the file do not show in them, and READ_WRITE is unsupported.
 *
 * <p><b>An interrupt</b> of a thread in a call closes this channel and no other, with {@link ClosedByInterruptException}; a transfer
 * also closes the other channel, as {@link FileChannel#transferTo} says.
 */
public final class VfsFileChannel extends FileChannel {
    private final OpenFile file;
    private final BufferIo io;
    private final boolean readable;
    private final boolean writable;
    private final boolean append;
    private final Function<FuseException, IOException> errors;
    private final Runnable onClose;
    private final ChannelLocks locks;
    /** Held while the position is used and moved. */
    private final Object positionLock = new Object();

    /**
     * A channel on an open file, which must be open for what the channel is.
     *
     * @param append whether the file is open with {@link org.hexfuse.vfs.OpenFlag#APPEND}
     * @param sync whether each write is followed by FSYNC
     * @param errors the exception for an error of the file
     * @param onClose runs once, after the file was closed
     */
    public VfsFileChannel(OpenFile file, boolean readable, boolean writable, boolean append, boolean sync,
            Function<FuseException, IOException> errors, Runnable onClose) {
        this.file = Objects.requireNonNull(file);
        this.io = new BufferIo(file, sync);
        this.readable = readable;
        this.writable = writable;
        this.append = append;
        this.errors = Objects.requireNonNull(errors);
        this.onClose = Objects.requireNonNull(onClose);
        this.locks = new ChannelLocks(file, errors);
        file.trackCalls();
    }

    private void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void requireReadable() throws ClosedChannelException {
        requireOpen();
        if (!readable) {
            throw new NonReadableChannelException();
        }
    }

    private void requireWritable() throws ClosedChannelException {
        requireOpen();
        if (!writable) {
            throw new NonWritableChannelException();
        }
    }

    private static long requireNotNegative(long number, String name) {
        if (number < 0) {
            throw new IllegalArgumentException(name + " " + number + " is negative");
        }
        return number;
    }

    private static ByteBuffer requireTarget(ByteBuffer target) {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("a read-only buffer is no target");
        }
        return target;
    }

    /** Begins a call that may block. Of a closed channel {@link #end} throws what the caller gets. */
    private void beginOpen() throws AsynchronousCloseException {
        begin();
        if (!isOpen()) {
            throw new AsynchronousCloseException();
        }
    }

    /**
     * The exception for a call that failed. {@link Thread#interrupt} wakes a thread before it closes the channel: if the thread is
     * faster, the channel is closed here. Then {@link #end} throws.
     */
    private IOException failed(FuseException e) {
        closeIfInterrupted(e);
        return errors.apply(e);
    }

    private void closeIfInterrupted(FuseException e) {
        if (e.errno() == Errno.EINTR && Thread.currentThread().isInterrupted()) {
            begin();
        }
    }

    /** Runs a call on the file that may block. */
    private <T> T blocking(Supplier<T> call) throws IOException {
        boolean completed = false;
        try {
            beginOpen();
            T result = call.get();
            completed = true;
            return result;
        } catch (FuseException e) {
            throw failed(e);
        } finally {
            end(completed);
        }
    }

    private int readAt(ByteBuffer target, long position) throws IOException {
        boolean completed = false;
        try {
            beginOpen();
            int got = io.read(target, position);
            completed = true;
            return got;
        } catch (FuseException e) {
            throw failed(e);
        } finally {
            end(completed);
        }
    }

    private int writeAt(ByteBuffer source, long position) throws IOException {
        boolean completed = false;
        try {
            beginOpen();
            int put = io.write(source, position);
            completed = true;
            return put;
        } catch (FuseException e) {
            throw failed(e);
        } finally {
            end(completed);
        }
    }

    @Override public int read(ByteBuffer target) throws IOException {
        requireReadable();
        requireTarget(target);
        synchronized (positionLock) {
            return readAt(target, BufferIo.NEXT);
        }
    }

    @Override public int read(ByteBuffer target, long position) throws IOException {
        requireTarget(target);
        requireNotNegative(position, "position");
        requireReadable();
        return readAt(target, position);
    }

    @Override public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, targets.length);
        requireReadable();
        for (int i = offset; i < offset + length; i++) {
            requireTarget(targets[i]);
        }
        synchronized (positionLock) {
            return blocking(() -> io.read(targets, offset, length));
        }
    }

    @Override public int write(ByteBuffer source) throws IOException {
        Objects.requireNonNull(source);
        requireWritable();
        synchronized (positionLock) {
            return writeAt(source, BufferIo.NEXT);
        }
    }

    @Override public int write(ByteBuffer source, long position) throws IOException {
        Objects.requireNonNull(source);
        requireNotNegative(position, "position");
        requireWritable();
        return writeAt(source, position);
    }

    @Override public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sources.length);
        requireWritable();
        synchronized (positionLock) {
            return blocking(() -> io.write(sources, offset, length));
        }
    }

    /** The position; the size of the file if every write goes to its end. */
    @Override public long position() throws IOException {
        requireOpen();
        synchronized (positionLock) {
            return blocking(() -> append ? file.stat().size() : file.position());
        }
    }

    @Override public VfsFileChannel position(long newPosition) throws IOException {
        requireOpen();
        requireNotNegative(newPosition, "position");
        synchronized (positionLock) {
            return blocking(() -> {
                file.seek(newPosition);
                return this;
            });
        }
    }

    @Override public long size() throws IOException {
        requireOpen();
        return blocking(() -> file.stat().size());
    }

    @Override public VfsFileChannel truncate(long size) throws IOException {
        requireOpen();
        requireNotNegative(size, "size");
        requireWritable();
        synchronized (positionLock) {
            return blocking(() -> {
                if (size < file.stat().size()) {
                    file.truncate(size);
                }
                if (size < file.position()) {
                    file.seek(size);
                }
                return this;
            });
        }
    }

    @Override public void force(boolean metaData) throws IOException {
        requireOpen();
        blocking(() -> {
            file.sync(!metaData);
            return this;
        });
    }

    @Override public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        requireOpen();
        if (!target.isOpen()) {
            throw new ClosedChannelException();
        }
        requireReadable();
        if (target instanceof VfsFileChannel other) {
            other.requireWritable();
        }
        requireNotNegative(position, "position");
        requireNotNegative(count, "count");
        return new Transfer(this, target).run(() -> Transfer.to(this, position, count, target));
    }

    @Override public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
        requireOpen();
        if (!source.isOpen()) {
            throw new ClosedChannelException();
        }
        if (source instanceof VfsFileChannel other) {
            other.requireReadable();
        }
        requireWritable();
        requireNotNegative(position, "position");
        requireNotNegative(count, "count");
        return new Transfer(this, source).run(() -> Transfer.from(source, this, position, count));
    }

    /**
     * Copies a range of this file into another one within the server, and moves one of the two positions behind it.
     *
     * @param position of the range in this file; {@link BufferIo#NEXT} for this channel's position
     * @param targetPosition of the range in the other file; {@link BufferIo#NEXT} for that channel's position
     * @return how many bytes: 0 at the end of this file
     * @throws FuseException EINVAL, EXDEV or EBADF if the files have to be copied otherwise
     */
    long copyRange(long position, VfsFileChannel target, long targetPosition, long count) throws IOException {
        synchronized (position == BufferIo.NEXT ? positionLock : target.positionLock) {
            boolean completed = false;
            try {
                beginOpen();
                long from = position == BufferIo.NEXT ? file.position() : position;
                long to = targetPosition == BufferIo.NEXT ? target.file.position() : targetPosition;
                long copied = file.copyFileRange(target.file, from, to, count);
                if (position == BufferIo.NEXT) {
                    file.seek(from + copied);
                }
                if (targetPosition == BufferIo.NEXT) {
                    target.file.seek(to + copied);
                }
                if (target.io.sync() && copied > 0) {
                    target.file.sync(false);
                }
                completed = true;
                return copied;
            } catch (FuseException e) {
                closeIfInterrupted(e);
                throw e;
            } finally {
                end(completed);
            }
        }
    }

    /** The exception for an error of the file. */
    IOException error(FuseException e) {
        return errors.apply(e);
    }

    @Override public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        requireMappable(mode, position, size);
        int capacity = MappedCopy.requireBuffer(size);
        return mapped(position, size, () -> MappedCopy.buffer(file, mode, position, capacity));
    }

    /** As {@link #map(MapMode, long, long)}, into memory of an arena. */
    @Override public MemorySegment map(MapMode mode, long position, long size, Arena arena) throws IOException {
        Objects.requireNonNull(arena);
        requireMappable(mode, position, size);
        return mapped(position, size, () -> MappedCopy.segment(file, mode, position, size, arena));
    }

    private void requireMappable(MapMode mode, long position, long size) throws IOException {
        requireOpen();
        requireReadable();
        if (!mode.equals(MapMode.READ_ONLY)) {
            requireWritable();
        }
        MappedCopy.requireSupported(mode, requireNotNegative(position, "position"), requireNotNegative(size, "size"));
    }

    /** As the JDK's channels, maps no byte past the end of the file: extends a writable file, and refuses for another one. */
    private <T> T mapped(long position, long size, Supplier<T> copy) throws IOException {
        long end = position + size;
        if (end > size() && !writable) {
            throw new IOException(
                    "the file ends before byte " + end + ", and a channel that is not writable cannot extend it");
        }
        return blocking(() -> {
            if (end > file.stat().size()) {
                file.truncate(end);
            }
            return copy.get();
        });
    }

    private VfsFileLock enter(long position, long size, boolean shared) throws IOException {
        requireOpen();
        if (shared) {
            requireReadable();
        } else {
            requireWritable();
        }
        return locks.enter(new VfsFileLock(this, locks, position, size, shared));
    }

    /**
     * As {@link FileChannel#lock(long, long, boolean)}. As the JDK's channels, an interrupted one is closed.
     *
     * @throws FileLockInterruptionException if the thread is interrupted
     */
    @Override public FileLock lock(long position, long size, boolean shared) throws IOException {
        VfsFileLock lock = enter(position, size, shared);
        boolean completed = false;
        try {
            beginOpen();
            locks.await(lock);
            completed = isOpen();
        } catch (FuseException e) {
            throw failed(e);
        } finally {
            if (!completed) {
                locks.leave(lock);
            }
            endLock(completed);
        }
        return lock;
    }

    private void endLock(boolean completed) throws IOException {
        try {
            end(completed);
        } catch (ClosedByInterruptException _) {
            throw new FileLockInterruptionException();
        }
    }

    /** As {@link FileChannel#tryLock(long, long, boolean)}. It does not wait, and an interrupt does not end it. */
    @Override public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        VfsFileLock lock = enter(position, size, shared);
        boolean held = false;
        try {
            held = Uninterrupted.call(() -> locks.set(lock)) && isOpen();
        } catch (FuseException e) {
            throw isOpen() ? errors.apply(e) : new AsynchronousCloseException();
        } finally {
            if (!held) {
                locks.leave(lock);
            }
        }
        return held ? lock : null;
    }

    @Override protected void implCloseChannel() throws IOException {
        locks.closeWith(file, onClose);
    }
}
