package org.hexfuse.nio.channel;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileLock;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.LockType;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.RecordLocks;

/**
 * The locks of one channel: each is in the table of its file, and held at the server by the open file.
 *
 * <p>A thread that waits for a lock does not wait for the server, which may not answer an INTERRUPT: a virtual thread does, and the
 * waiter also wakes when the channel is closed or it is interrupted. A lock that is granted after that is released.
 */
final class ChannelLocks {
    private static final LockTable TABLE = new LockTable();

    private final OpenFile file;
    private final Function<FuseException, IOException> errors;
    /** Null until the first lock, which most channels never have. */
    private volatile Locked locked;
    private volatile boolean closed;

    /** The locks of a channel that has had one. */
    private record Locked(RecordLocks records, Object file, Set<VfsFileLock> held, Set<Wait> waits) {
        Locked(OpenFile file) {
            this(file.ofdLocks(), file.lockKey(), ConcurrentHashMap.newKeySet(), ConcurrentHashMap.newKeySet());
        }
    }

    /** A request for a lock that the server does not grant at once. */
    private final class Wait {
        final VfsFileLock lock;
        /** Completed with whether the lock is granted: by the server, or by whoever gives up first. */
        final CompletableFuture<Boolean> granted = new CompletableFuture<>();
        final Thread thread;

        Wait(VfsFileLock lock) {
            this.lock = lock;
            this.thread = Thread.ofVirtual().name("lock").unstarted(this::request);
        }

        private void request() {
            try {
                locked.records.setlkw(lock.range(type(lock)));
                if (!granted.complete(true)) {
                    locked.records.set(lock.range(LockType.UNLOCKED));
                }
            } catch (FuseException e) {
                // After the waiter gave up nobody is left to report it to: the closed file has no lock.
                granted.completeExceptionally(e);
            }
        }

        void giveUp() {
            if (granted.complete(false)) {
                thread.interrupt();
            }
        }
    }

    /** Without a lock; an error of a release becomes an IOException by {@code errors}. */
    ChannelLocks(OpenFile file, Function<FuseException, IOException> errors) {
        this.errors = errors;
        this.file = file;
    }

    private synchronized Locked locked() {
        Locked present = locked;
        if (present == null) {
            present = new Locked(file);
            locked = present;
        }
        return present;
    }

    private static LockType type(FileLock lock) {
        return lock.isShared() ? LockType.READ : LockType.WRITE;
    }

    /** Enters a lock of the channel that is not held yet; OverlappingFileLockException if another one of the file overlaps. */
    VfsFileLock enter(VfsFileLock lock) {
        Locked mine = locked();
        TABLE.add(mine.file, lock);
        mine.held.add(lock);
        return lock;
    }

    /** Takes a lock out of the table. */
    void leave(VfsFileLock lock) {
        Locked mine = locked();
        mine.held.remove(lock);
        TABLE.remove(mine.file, lock);
    }

    /** Sets an entered lock at the server without blocking. Returns whether it is held. */
    boolean set(VfsFileLock lock) {
        try {
            locked().records.set(lock.range(type(lock)));
            return true;
        } catch (FuseException e) {
            // fcntl(2): a conflict is EACCES or EAGAIN.
            if (e.errno() == Errno.EAGAIN || e.errno() == Errno.EACCES) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Sets an entered lock at the server, and blocks until no other lock conflicts.
     *
     * @throws AsynchronousCloseException if the channel is closed meanwhile
     * @throws FuseException EINTR if the thread is interrupted, whose status is kept; what the server answers otherwise
     */
    void await(VfsFileLock lock) throws AsynchronousCloseException {
        if (set(lock)) {
            return;
        }
        var wait = new Wait(lock);
        locked().waits.add(wait);
        try {
            if (closed) {
                throw new AsynchronousCloseException();
            }
            wait.thread.start();
            if (!wait.granted.get()) {
                throw new AsynchronousCloseException();
            }
        } catch (InterruptedException _) {
            wait.giveUp();
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof FuseException answer
                    ? FuseException.of(answer.errno(), answer.getMessage())
                    : new IllegalStateException(e.getCause());
        } finally {
            locked().waits.remove(wait);
        }
    }

    /** Releases a held lock, at the server and here. */
    void release(VfsFileLock lock) throws IOException {
        try {
            Uninterrupted.call(() -> {
                locked().records.set(lock.range(LockType.UNLOCKED));
                return true;
            });
        } catch (FuseException e) {
            throw closed ? new AsynchronousCloseException() : errors.apply(e);
        }
        leave(lock);
    }

    /**
     * The channel is closed: wakes the waiters, takes its locks out of the table, interrupts the calls on its file and closes that, which
     * releases the locks at the server.
     *
     * @param onClose runs at last, also if an error is reported
     */
    void closeWith(OpenFile open, Runnable onClose) throws IOException {
        try {
            closed = true;
            Locked mine = locked;
            if (mine != null) {
                mine.waits.forEach(Wait::giveUp);
                mine.held.forEach(this::leave);
            }
            open.interruptCalls();
            open.close();
        } catch (FuseException e) {
            throw errors.apply(e);
        } finally {
            onClose.run();
        }
    }

    /** How many files have a lock of any channel. */
    static int lockedFiles() {
        return TABLE.size();
    }
}
