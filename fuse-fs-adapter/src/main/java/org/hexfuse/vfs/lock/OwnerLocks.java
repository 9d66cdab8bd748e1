package org.hexfuse.vfs.lock;

import java.util.Optional;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.device.RequestPort;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.vfs.cache.Inode;

/**
 * The record locks of one owner on one open file, the server's with POSIX_LOCKS, else local, as on a directory. Any thread may call any method.
 *
 * <p>Source: Linux {@code fs/fuse/file.c} ({@code fuse_file_lock}).
 */
public final class OwnerLocks {
    private final RequestPort port;
    private final LocalLocks local;
    private final LockRequests requests;
    private final Inode inode;
    private final long owner;
    private volatile boolean used;

    OwnerLocks(RequestPort port, LocalLocks local, LockRequests requests, Inode inode, long owner) {
        this.port = port;
        this.local = local;
        this.requests = requests;
        this.inode = inode;
        this.owner = owner;
    }

    private boolean isRemote() { return !inode.isDirectory() && port.negotiated().has(InitFlag.POSIX_LOCKS); }

    /** The first lock of another owner that conflicts with {@code wanted}. */
    public Optional<LockRange> getlk(LockRange wanted) {
        return isRemote() ? requests.getlk(owner, wanted) : local.getlk(inode, owner, wanted);
    }

    /** Sets or releases a lock; with {@code wait} the caller blocks until no lock conflicts. */
    public void set(LockRange range, boolean wait) {
        if (range.type() != LockType.UNLOCKED) {
            used = true;
        }
        if (isRemote()) {
            requests.set(owner, range, wait, false);
        } else {
            local.set(inode, owner, range, wait);
        }
    }

    /** Releases a lock that was set after the file was closed. */
    public void release(LockRange range) {
        if (isRemote()) {
            requests.release(owner, range);
        } else {
            local.set(inode, owner, range.withType(LockType.UNLOCKED), false);
        }
    }

    /**
     * Releases all locks of the owner on the file, which is closed.
     *
     * @param flushed whether the server has released them by FLUSH
     */
    void releaseAll(boolean flushed) {
        if (!isRemote()) {
            local.release(inode, owner);
        } else if (used && !flushed) {
            try {
                requests.release(owner, LockRange.whole(LockType.UNLOCKED));
            } catch (FuseException _) {
                // The file is closed in any case, and close(2) does not report this.
            }
        }
    }
}
