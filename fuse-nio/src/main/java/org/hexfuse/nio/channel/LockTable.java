package org.hexfuse.nio.channel;

import java.lang.ref.WeakReference;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The locks that channels hold or wait for, by file. Locks of one file do not overlap, whichever channel has them; locks of two
 * {@code Vfs} on one file are locks of two files here.
 *
 * <p>A channel that is lost without a close does not keep its locks here.
 */
final class LockTable {
    private final ConcurrentHashMap<Object, List<WeakReference<FileLock>>> locks = new ConcurrentHashMap<>();

    /** Adds a lock of a file; OverlappingFileLockException if another one overlaps. */
    void add(Object file, FileLock lock) {
        locks.compute(file, (_, present) -> {
            List<WeakReference<FileLock>> list = present == null ? new ArrayList<>(1) : present;
            list.removeIf(reference -> reference.refersTo(null));
            for (WeakReference<FileLock> reference : list) {
                FileLock other = reference.get();
                if (other != null && other.overlaps(lock.position(), lock.size())) {
                    throw new OverlappingFileLockException();
                }
            }
            list.add(new WeakReference<>(lock));
            return list;
        });
    }

    /** Removes a lock of a file, if it is there. */
    void remove(Object file, FileLock lock) {
        locks.computeIfPresent(file, (_, list) -> {
            list.removeIf(reference -> reference.refersTo(lock) || reference.refersTo(null));
            return list.isEmpty() ? null : list;
        });
    }

    /** How many files have a lock. */
    int size() {
        return locks.size();
    }
}
