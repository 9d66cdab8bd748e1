package org.hexfuse.vfs;

import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.cache.Inode;

/** The registration of a {@link DirectoryListener}. It holds the directory in the inode cache. Any thread may close it. */
public final class DirectoryWatch implements AutoCloseable {
    private final DentryCache dentries;
    private final Inode directory;
    private final DirectoryListener listener;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Takes over the caller's reference to the directory. */
    DirectoryWatch(DentryCache dentries, Inode directory, DirectoryListener listener) {
        this.dentries = dentries;
        this.directory = directory;
        this.listener = listener;
        dentries.watches().add(directory, listener);
    }

    /** Ends the registration: the listener is not called any more, but for calls in progress. Closing again does nothing. */
    @Override public void close() {
        if (closed.compareAndSet(false, true)) {
            dentries.watches().remove(directory, listener);
            dentries.inodes().release(directory);
        }
    }
}
