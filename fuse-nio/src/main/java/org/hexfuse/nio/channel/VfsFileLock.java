package org.hexfuse.nio.channel;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;

/** A lock that a channel holds or waits for. It is valid until it is released or its channel is closed. */
final class VfsFileLock extends FileLock {
    private final ChannelLocks locks;
    private boolean released;

    VfsFileLock(FileChannel channel, ChannelLocks locks, long position, long size, boolean shared) {
        super(channel, position, sizeOf(position, size), shared);
        this.locks = locks;
    }

    VfsFileLock(AsynchronousFileChannel channel, ChannelLocks locks, long position, long size, boolean shared) {
        super(channel, position, sizeOf(position, size), shared);
        this.locks = locks;
    }

    /** A size of 0 is up to the largest offset. */
    private static long sizeOf(long position, long size) {
        return size == 0 ? Long.MAX_VALUE - Math.max(0, position) : size;
    }

    /** The range at the server. A lock that ends at the largest offset is one to the end of the file. */
    LockRange range(LockType type) {
        long end = position() + size();
        return new LockRange(type, position(), end == Long.MAX_VALUE ? LockRange.TO_THE_END : end - 1, 0);
    }

    @Override public synchronized boolean isValid() { return !released && acquiredBy().isOpen(); }

    @Override public synchronized void release() throws IOException {
        if (!acquiredBy().isOpen()) {
            throw new ClosedChannelException();
        }
        if (!released) {
            locks.release(this);
            released = true;
        }
    }
}
