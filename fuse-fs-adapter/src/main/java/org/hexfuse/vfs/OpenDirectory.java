package org.hexfuse.vfs;

import static org.hexfuse.vfs.request.Checks.require;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.posix.LockType;
import org.hexfuse.posix.ReferenceCount;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.file.DirectoryReader;
import org.hexfuse.vfs.file.FileAttrRequests;
import org.hexfuse.vfs.file.Handle;
import org.hexfuse.vfs.file.IoctlRequests;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.mount.Mount;
import org.hexfuse.vfs.path.PathWalk;

/**
 * An open directory. It lists "." and ".." where the filesystem does. For one thread at a time, but for its locks.
 *
 * <p>Source: {@code getdents64(2)}, Linux {@code fs/fuse/readdir.c}.
 */
public final class OpenDirectory implements AutoCloseable {
    private final Handle handle;
    private final NodeRequests requests;
    private final Mount mount;
    private final FileAttrRequests fileAttributes;
    private final DirectoryReader reader;
    private final RecordLocks locks;
    private final RecordLocks ofdLocks;
    /** The directories from the root to the one that it is in, each with a reference as long as this is open. */
    private final List<Inode> above;
    /** The walks that begin here at this moment; the last one, or else {@link #close}, closes the handle. */
    private final ReferenceCount uses;

    OpenDirectory(Handle handle, NodeRequests requests, Mount mount, FileAttrRequests fileAttributes,
            List<Inode> above) {
        this.handle = handle;
        this.requests = requests;
        this.mount = mount;
        this.fileAttributes = fileAttributes;
        this.locks = new RecordLocks(handle, handle.locks.ofProcess());
        this.ofdLocks = new RecordLocks(handle, handle.locks.ofFile());
        this.reader = new DirectoryReader(handle, requests);
        this.above = above;
        above.forEach(Inode::hold);
        this.uses = new ReferenceCount(() -> {
            handle.close();
            handle.locks.releaseRecords(false);
            handle.superblock.inodes.release(above);
        });
    }

    /** The mount that it was opened on. */
    Mount mount() {
        return mount;
    }

    /** Lets a walk begin here; EBADF if this is closed. */
    void enter(PathWalk walk) {
        require(uses.acquire(), Errno.EBADF);
        try {
            walk.start(above, handle.inode);
        } finally {
            uses.release();
        }
    }

    private <T> T get(Supplier<T> call) {
        handle.begin();
        try {
            return call.get();
        } finally {
            handle.end();
        }
    }

    /** The attributes, also of a directory that was removed. */
    public Stat stat() {
        return get(() -> mount.ids.onMount(requests.attributes(handle.inode)));
    }

    /** The next entry, or nothing at the end; ENOENT if the directory was removed. */
    public Optional<DirectoryEntry> next() {
        return reader.next();
    }

    /**
     * Continues after the entry with the cookie; 0 is the start. Entries that were created since are seen. ESPIPE if the server opened
     * the directory with FOPEN_NONSEEKABLE or FOPEN_STREAM.
     */
    public void seek(long position) {
        require(handle.isSeekable(), Errno.ESPIPE);
        reader.seek(position);
    }

    /** As {@link OpenFile#ioctl(int, long)}; ENOTTY where the server does not support ioctls of directories. */
    public int ioctl(int command, long argument) {
        return get(() -> new IoctlRequests(handle).call(command, argument));
    }

    /** As {@link OpenFile#ioctl(int, MemorySegment)}. */
    public int ioctl(int command, MemorySegment argument) {
        return get(() -> FileAttrRequests.handles(command) ? fileAttributes.ioctl(handle.inode, command, argument)
                : new IoctlRequests(handle).call(command, argument));
    }

    /** As {@link OpenFile#statx}. */
    public Statx statx(Statx.Sync sync, int mask) {
        return get(() -> requests.statx(handle.inode, sync, mask).onMount(mount.ids));
    }

    /**
     * The record locks of this process, as {@link OpenFile#locks}. Those of a directory are read locks, since a directory is not open for
     * writing, and local, whatever the server supports.
     */
    public RecordLocks locks() {
        return locks;
    }

    /** The locks of the open directory itself on ranges (OFD locks), as {@link OpenFile#ofdLocks}; they are local. */
    public RecordLocks ofdLocks() {
        return ofdLocks;
    }

    /** As {@link OpenFile#flock}. The lock is local, whatever the server supports. */
    public void flock(LockType type) {
        flock(type, true);
    }

    /** The same without blocking: EAGAIN if another lock conflicts. */
    public void tryFlock(LockType type) {
        flock(type, false);
    }

    private void flock(LockType type, boolean wait) {
        get(() -> {
            handle.locks.flock(type, handle.caller.pid(), wait);
            return handle;
        });
    }

    /** Blocks until changes of the directory are on stable storage. */
    public void sync() {
        get(() -> {
            handle.sync(false);
            return handle;
        });
    }

    /** Closes the directory. Closing again does nothing. */
    @Override public void close() {
        uses.close();
    }
}
