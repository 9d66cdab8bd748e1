package org.hexfuse.nio.server;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Files that are being made: a provider makes them with the owner and the permissions of this process, and only then they get their own.
 * Nobody looks at one meanwhile, so that it is as if both were one step. Paths share locks by their hashes. Any thread may use it.
 */
final class NewFiles {
    private static final int STRIPES = 64;

    private final ReentrantReadWriteLock[] locks = new ReentrantReadWriteLock[STRIPES];

    NewFiles() {
        for (int i = 0; i < STRIPES; i++) {
            locks[i] = new ReentrantReadWriteLock();
        }
    }

    /** A file is being made until this is closed, by the same thread. */
    interface Making extends AutoCloseable {
        @Override void close();
    }

    private ReentrantReadWriteLock lock(String path) {
        return locks[Math.floorMod(path.hashCode(), STRIPES)];
    }

    Making making(String path) {
        var lock = lock(path).writeLock();
        lock.lock();
        return lock::unlock;
    }

    /** Waits until a file is made, if it is being made; until this is closed, by the same thread, it is not made again. */
    Making made(String path) {
        var lock = lock(path);
        if (!lock.isWriteLocked()) {
            return () -> {};
        }
        var shared = lock.readLock();
        shared.lock();
        return shared::unlock;
    }
}
