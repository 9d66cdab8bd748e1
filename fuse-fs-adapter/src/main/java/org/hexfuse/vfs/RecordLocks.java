package org.hexfuse.vfs;

import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;

/**
 * The locks on ranges of an open file, of one owner: of a process, as by {@code F_SETLK} of {@code fcntl(2)}, or of the open
 * file, as by {@code F_OFD_SETLK}. They are kept by the server, or here if that has none.
 *
 * <p>Any thread may call any method. Errors are those of the system calls, EBADF among them for a lock to read or to write of a
 * file that is not open for it.
 *
 * <p>Source: {@code fcntl(2)}, Linux {@code fs/locks.c}, {@code fs/fuse/file.c} ({@code fuse_file_lock}).
 */
public final class RecordLocks {
    private final Handle handle;
    private final LockRequests requests;
    private final long owner;
    private volatile boolean used;

    RecordLocks(Handle handle, long owner) {
        this.handle = handle;
        this.requests = new LockRequests(handle);
        this.owner = owner;
    }

    private Superblock superblock() {
        return handle.superblock;
    }

    private boolean areRemote() {
        return superblock().port.negotiated().has(InitFlag.POSIX_LOCKS);
    }

    /** The first lock that is in the way of what is wanted, which must be a lock to read or to write: EINVAL. */
    public Optional<LockRange> getlk(LockRange wanted) {
        if (wanted.type() == LockType.UNLOCKED) {
            throw FuseException.of(Errno.EINVAL);
        }
        handle.begin();
        try {
            return areRemote() ? requests.getlk(owner, wanted)
                    : superblock().localRecords.getlk(handle.inode, owner, wanted);
        } finally {
            handle.end();
        }
    }

    /** Takes a lock that can be had now, or gives one up; EAGAIN if there is one in the way. */
    public void set(LockRange range) {
        change(range, false);
    }

    /** Takes a lock as soon as it can be had; EDEADLK if that would never be, EINTR if the thread is interrupted. */
    public void setlkw(LockRange range) {
        change(range, true);
    }

    private void change(LockRange range, boolean waits) {
        boolean mayBe = switch (range.type()) {
            case READ -> Access.isReading(handle.flags);
            case WRITE -> Access.isWriting(handle.flags);
            case UNLOCKED -> true;
        };
        if (!mayBe) {
            throw FuseException.of(Errno.EBADF);
        }
        handle.begin();
        try {
            if (range.type() != LockType.UNLOCKED) {
                used = true;
            }
            put(range.type() == LockType.UNLOCKED ? range : range.withPid(handle.caller.pid()), waits);
            if (handle.isClosed() && range.type() != LockType.UNLOCKED) {
                // It came too late to be given up by closing.
                giveUp(range);
                throw FuseException.of(Errno.EBADF);
            }
        } finally {
            handle.end();
        }
    }

    private void put(LockRange range, boolean waits) {
        if (areRemote()) {
            requests.set(owner, range, waits, false);
        } else {
            LockRequests.setHere(superblock().localRecords, handle.inode, owner, range, waits);
        }
    }

    private void giveUp(LockRange range) {
        if (areRemote()) {
            requests.giveUp(owner, range);
        } else {
            put(range.withType(LockType.UNLOCKED), false);
        }
    }

    /** The file is closed by this owner, who gives up what it has of it. The server hears of that as of a process's by FLUSH. */
    void close(boolean told) {
        if (!areRemote()) {
            superblock().localRecords.release(handle.inode, owner);
        } else if (used && !told) {
            try {
                requests.giveUp(owner, LockRange.whole(LockType.UNLOCKED));
            } catch (FuseException _) {
                // As with all that is left to do when a file is closed, nobody could do anything about it.
            }
        }
    }
}
