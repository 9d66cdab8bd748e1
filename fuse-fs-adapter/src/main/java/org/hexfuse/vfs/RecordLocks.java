package org.hexfuse.vfs;

import static org.hexfuse.vfs.request.Checks.require;

import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.vfs.file.Handle;
import org.hexfuse.vfs.lock.OwnerLocks;

/**
 * The locks of one owner on ranges of an open file: of a process, as by {@code F_SETLK} of {@code fcntl(2)}, or of the open file, as by
 * {@code F_OFD_SETLK}. They are the server's, or local if the server has none.
 *
 * <p>Any thread may call any method. Errors are those of the system calls, among them EBADF for a read lock on a file that is not
 * open for reading, a write lock on one that is not open for writing, and a closed file.
 *
 * <p>Source: {@code fcntl(2)}, Linux {@code fs/locks.c}, {@code fs/fuse/file.c} ({@code fuse_file_lock}).
 */
public final class RecordLocks {
    private final Handle handle;
    private final OwnerLocks locks;

    RecordLocks(Handle handle, OwnerLocks locks) {
        this.handle = handle;
        this.locks = locks;
    }

    /** The first lock that conflicts with {@code wanted}, which is a read or a write lock: EINVAL otherwise. */
    public Optional<LockRange> getlk(LockRange wanted) {
        require(wanted.type() != LockType.UNLOCKED, Errno.EINVAL);
        handle.begin();
        try {
            return locks.getlk(wanted);
        } finally {
            handle.end();
        }
    }

    /** Sets or releases a lock without blocking; EAGAIN if another lock conflicts. */
    public void set(LockRange range) {
        set(range, false);
    }

    /** Sets a lock, and blocks until no other lock conflicts; EDEADLK for a deadlock, EINTR if the thread is interrupted. */
    public void setlkw(LockRange range) {
        set(range, true);
    }

    private void set(LockRange range, boolean wait) {
        boolean release = range.type() == LockType.UNLOCKED;
        require(range.type() != LockType.READ || handle.isReadable(), Errno.EBADF);
        require(range.type() != LockType.WRITE || handle.isWritable(), Errno.EBADF);
        handle.begin();
        try {
            locks.set(release ? range : range.withPid(handle.caller.pid()), wait);
            if (!release && handle.isClosed()) {
                // The file was closed while the lock was set, so closing it did not release the lock.
                locks.release(range);
                throw FuseException.of(Errno.EBADF);
            }
        } finally {
            handle.end();
        }
    }
}
