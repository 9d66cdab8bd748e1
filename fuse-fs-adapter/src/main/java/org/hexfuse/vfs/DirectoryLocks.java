package org.hexfuse.vfs;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.device.RequestPort;

/**
 * Lets lookups and listings of one directory take turns, for servers that have not said by {@link InitFlag#PARALLEL_DIROPS}
 * that they can do several at once. For those that have it does nothing.
 *
 * <p>A turn lasts as long as the request: it is the one thing here that is held while a server works, and only for who asked
 * for it by keeping silent. It ends with the request whatever becomes of that, so nobody waits for longer than the server
 * takes; an interrupt ends the wait with EINTR.
 *
 * <p>Source: Linux {@code fs/fuse/inode.c}, {@code fuse_lock_inode}.
 */
final class DirectoryLocks {
    private final RequestPort port;
    private final ReentrantLock lock = new ReentrantLock();
    /** Those directories alone that somebody has the turn of or waits for. */
    private final Map<Inode, Turn> turns = new HashMap<>();

    private static final class Turn {
        final Semaphore free = new Semaphore(1, true);
        int users;
    }

    DirectoryLocks(RequestPort port) {
        this.port = port;
    }

    /** Runs {@code request} when it is its turn. */
    <T> T in(Inode directory, Supplier<T> request) {
        if (port.negotiated().has(InitFlag.PARALLEL_DIROPS)) {
            return request.get();
        }
        Turn turn = enter(directory);
        try {
            turn.free.acquire();
            try {
                return request.get();
            } finally {
                turn.free.release();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        } finally {
            leave(directory, turn);
        }
    }

    private Turn enter(Inode directory) {
        lock.lock();
        try {
            Turn turn = turns.computeIfAbsent(directory, _ -> new Turn());
            turn.users++;
            return turn;
        } finally {
            lock.unlock();
        }
    }

    private void leave(Inode directory, Turn turn) {
        lock.lock();
        try {
            if (--turn.users == 0) {
                turns.remove(directory);
            }
        } finally {
            lock.unlock();
        }
    }
}
