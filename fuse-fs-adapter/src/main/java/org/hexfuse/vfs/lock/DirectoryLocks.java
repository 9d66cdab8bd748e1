package org.hexfuse.vfs.lock;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.device.RequestPort;
import org.hexfuse.vfs.cache.Inode;

/**
 * Per-directory locks around LOOKUP, READDIR and READDIRPLUS for a server that did not negotiate
 * {@link InitFlag#PARALLEL_DIROPS}. With PARALLEL_DIROPS they lock nothing.
 *
 * <p>The lock is held while the request is in flight, and released with its reply or error, so a waiter blocks no longer than the
 * server takes. A waiter that is interrupted gets EINTR. Waiters are served in order.
 *
 * <p>Source: Linux {@code fs/fuse/inode.c}, {@code fuse_lock_inode}.
 */
public final class DirectoryLocks {
    private final RequestPort port;
    private final ReentrantLock lock = new ReentrantLock();
    /** Per-directory locks, present only while held or contended. */
    private final Map<Inode, DirectoryLock> locks = new HashMap<>();

    private static final class DirectoryLock {
        final Semaphore permit = new Semaphore(1, true);
        int users;
    }

    /** Locks as {@code port} has negotiated. */
    public DirectoryLocks(RequestPort port) {
        this.port = port;
    }

    /** Runs {@code request} with the lock of a directory. */
    public <T> T locked(Inode directory, Supplier<T> request) {
        if (port.negotiated().has(InitFlag.PARALLEL_DIROPS)) {
            return request.get();
        }
        DirectoryLock directoryLock = get(directory);
        try {
            directoryLock.permit.acquire();
            try {
                return request.get();
            } finally {
                directoryLock.permit.release();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        } finally {
            put(directory, directoryLock);
        }
    }

    private DirectoryLock get(Inode directory) {
        lock.lock();
        try {
            DirectoryLock directoryLock = locks.computeIfAbsent(directory, _ -> new DirectoryLock());
            directoryLock.users++;
            return directoryLock;
        } finally {
            lock.unlock();
        }
    }

    private void put(Inode directory, DirectoryLock directoryLock) {
        lock.lock();
        try {
            if (--directoryLock.users == 0) {
                locks.remove(directory);
            }
        } finally {
            lock.unlock();
        }
    }
}
