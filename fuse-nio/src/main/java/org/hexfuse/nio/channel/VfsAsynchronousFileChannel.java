package org.hexfuse.nio.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.OpenFile;

/**
 * An {@link AsynchronousFileChannel} on an open file of a FUSE server. It owns the open file.
 *
 * <p>Each read, write and lock runs on a virtual thread of its own, so any number may be outstanding, as {@link AsynchronousFileChannel}
 * says, and none blocks a thread of the given executor. Completion handlers run on the executor; without one, or if it rejects them, on
 * the virtual thread.
 *
 * <p><b>Closing</b> completes the outstanding calls with {@link AsynchronousCloseException}: a lock at once, a read or a write when the
 * server has replied to it, with INTERRUPT sent for it, since until then the reply may be written to the buffer. To cancel a
 * {@link Future} with {@code mayInterruptIfRunning} closes the channel.
 *
 * <p>An interrupt of a thread that calls the channel is kept, and closes nothing.
 */
public final class VfsAsynchronousFileChannel extends AsynchronousFileChannel {
    private final OpenFile file;
    private final BufferIo io;
    private final boolean readable;
    private final boolean writable;
    private final Function<FuseException, IOException> errors;
    private final Runnable onClose;
    private final ChannelLocks locks;
    private final Operations operations;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * A channel on an open file, which must be open for what the channel is, and not with {@link org.hexfuse.vfs.OpenFlag#APPEND}.
     *
     * @param sync whether each write is followed by FSYNC
     * @param executor runs the completion handlers; null for the virtual threads of the calls
     * @param errors the exception for an error of the file
     * @param onClose runs once, after the file was closed
     */
    public VfsAsynchronousFileChannel(OpenFile file, boolean readable, boolean writable, boolean sync,
            ExecutorService executor, Function<FuseException, IOException> errors, Runnable onClose) {
        this.file = Objects.requireNonNull(file);
        this.io = new BufferIo(file, sync);
        this.readable = readable;
        this.writable = writable;
        this.errors = Objects.requireNonNull(errors);
        this.onClose = Objects.requireNonNull(onClose);
        this.locks = new ChannelLocks(file, errors);
        file.trackCalls();
        this.operations = new Operations(this, executor);
    }

    @Override public boolean isOpen() { return !closed.get(); }

    private void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void requireReadable() {
        if (!readable) {
            throw new NonReadableChannelException();
        }
    }

    private void requireWritable() {
        if (!writable) {
            throw new NonWritableChannelException();
        }
    }

    private static void requireNotNegative(long number, String name) {
        if (number < 0) {
            throw new IllegalArgumentException(name + " " + number + " is negative");
        }
    }

    private IOException error(FuseException e) {
        return isOpen() ? errors.apply(e) : new AsynchronousCloseException();
    }

    /** Runs a call on the file on the caller's thread. It may run twice. */
    private <T> T call(Supplier<T> call) throws IOException {
        requireOpen();
        try {
            return Uninterrupted.call(call);
        } catch (FuseException e) {
            throw error(e);
        }
    }

    @Override public long size() throws IOException {
        return call(() -> file.stat().size());
    }

    @Override public AsynchronousFileChannel truncate(long size) throws IOException {
        requireOpen();
        requireNotNegative(size, "size");
        requireWritable();
        return call(() -> {
            if (size < file.stat().size()) {
                file.truncate(size);
            }
            return this;
        });
    }

    @Override public void force(boolean metaData) throws IOException {
        call(() -> {
            file.sync(!metaData);
            return this;
        });
    }

    private Operations.Call<Integer> reading(ByteBuffer target, long position) {
        requireNotNegative(position, "position");
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("a read-only buffer is no target");
        }
        requireReadable();
        return () -> {
            try {
                requireOpen();
                return io.read(target, position);
            } catch (FuseException e) {
                throw error(e);
            }
        };
    }

    private Operations.Call<Integer> writing(ByteBuffer source, long position) {
        Objects.requireNonNull(source);
        requireNotNegative(position, "position");
        requireWritable();
        return () -> {
            try {
                requireOpen();
                return io.write(source, position);
            } catch (FuseException e) {
                throw error(e);
            }
        };
    }

    @Override public <A> void read(ByteBuffer target, long position, A attachment,
            CompletionHandler<Integer, ? super A> handler) {
        Objects.requireNonNull(handler);
        operations.start(reading(target, position), attachment, handler);
    }

    @Override public Future<Integer> read(ByteBuffer target, long position) {
        return operations.start(reading(target, position));
    }

    @Override public <A> void write(ByteBuffer source, long position, A attachment,
            CompletionHandler<Integer, ? super A> handler) {
        Objects.requireNonNull(handler);
        operations.start(writing(source, position), attachment, handler);
    }

    @Override public Future<Integer> write(ByteBuffer source, long position) {
        return operations.start(writing(source, position));
    }

    private VfsFileLock enter(long position, long size, boolean shared) {
        if (shared) {
            requireReadable();
        } else {
            requireWritable();
        }
        return locks.enter(new VfsFileLock(this, locks, position, size, shared));
    }

    private Operations.Call<FileLock> locking(long position, long size, boolean shared) {
        if (!isOpen()) {
            return () -> {
                throw new ClosedChannelException();
            };
        }
        VfsFileLock lock = enter(position, size, shared);
        return () -> {
            boolean held = false;
            try {
                locks.await(lock);
                held = isOpen();
                if (!held) {
                    throw new AsynchronousCloseException();
                }
                return lock;
            } catch (FuseException e) {
                throw error(e);
            } finally {
                if (!held) {
                    locks.leave(lock);
                }
            }
        };
    }

    @Override public <A> void lock(long position, long size, boolean shared, A attachment,
            CompletionHandler<FileLock, ? super A> handler) {
        Objects.requireNonNull(handler);
        operations.start(locking(position, size, shared), attachment, handler);
    }

    @Override public Future<FileLock> lock(long position, long size, boolean shared) {
        return operations.start(locking(position, size, shared));
    }

    @Override public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        requireOpen();
        VfsFileLock lock = enter(position, size, shared);
        boolean held = false;
        try {
            held = call(() -> locks.set(lock));
            if (!isOpen()) {
                held = false;
                throw new AsynchronousCloseException();
            }
        } finally {
            if (!held) {
                locks.leave(lock);
            }
        }
        return held ? lock : null;
    }

    @Override public void close() throws IOException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        locks.closeWith(file, onClose);
    }
}
