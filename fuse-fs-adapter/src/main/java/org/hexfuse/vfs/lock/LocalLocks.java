package org.hexfuse.vfs.lock;

import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockTable;
import org.hexfuse.vfs.cache.Inode;

/**
 * The locks of one kind on the files of one mount whose server has none: those of {@code fcntl(2)} without POSIX_LOCKS, or those
 * of {@code flock(2)} without FLOCK_LOCKS. Any thread may use it.
 *
 * <p>Source: Linux {@code fs/locks.c}.
 */
public final class LocalLocks {
    private final LockTable<Inode, Long> table;

    private LocalLocks(LockTable<Inode, Long> table) {
        this.table = table;
    }

    /** For {@code fcntl(2)}. */
    public static LocalLocks ofRecords() {
        return new LocalLocks(LockTable.ofRecords());
    }

    /** For {@code flock(2)}. */
    public static LocalLocks ofWholeFiles() {
        return new LocalLocks(LockTable.ofWholeFiles());
    }

    /** The first lock of another owner that conflicts with {@code wanted}. */
    Optional<LockRange> getlk(Inode inode, long owner, LockRange wanted) {
        return table.getlk(inode, owner, wanted);
    }

    /**
     * Sets or releases a lock. With {@code wait} the caller blocks until no lock conflicts; if it is interrupted it gets EINTR and
     * its interrupt status is kept. Without, a conflict is EAGAIN.
     */
    void set(Inode inode, long owner, LockRange range, boolean wait) {
        if (!wait) {
            table.set(inode, owner, range);
            return;
        }
        try {
            table.setlkw(inode, owner, range);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        }
    }

    /** Releases all locks of an owner on a file. */
    void release(Inode inode, long owner) {
        table.release(inode, owner);
    }
}
