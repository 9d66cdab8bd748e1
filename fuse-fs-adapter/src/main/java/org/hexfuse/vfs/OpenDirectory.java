package org.hexfuse.vfs;

import static org.hexfuse.vfs.request.Checks.require;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.posix.ReferenceCount;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.file.DirectoryReader;
import org.hexfuse.vfs.file.Handle;
import org.hexfuse.vfs.file.IoctlRequests;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.mount.Mount;
import org.hexfuse.vfs.path.PathWalk;

/**
 * An open directory. It lists "." and ".." where the filesystem does. For one thread at a time.
 *
 * <p>Source: {@code getdents64(2)}, Linux {@code fs/fuse/readdir.c}.
 */
public final class OpenDirectory implements WalkStart, AutoCloseable {
    private final Handle handle;
    private final NodeRequests requests;
    private final Mount mount;
    private final DirectoryReader reader;
    /** The directories from the root to the one that it is in, each with a reference as long as this is open. */
    private final List<Inode> above;
    /** The walks that begin here at this moment; the last one, or else {@link #close}, closes the handle. */
    private final ReferenceCount uses;

    OpenDirectory(Handle handle, NodeRequests requests, Mount mount, List<Inode> above) {
        this.handle = handle;
        this.requests = requests;
        this.mount = mount;
        this.reader = new DirectoryReader(handle, requests);
        this.above = above;
        above.forEach(Inode::hold);
        this.uses = new ReferenceCount(() -> {
            handle.close();
            handle.superblock.inodes.release(above);
        });
    }

    /** The mount that it was opened on. */
    Mount mount() {
        return mount;
    }

    @Override public void enter(PathWalk walk) {
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
        return get(() -> new IoctlRequests(handle).call(command, argument));
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
