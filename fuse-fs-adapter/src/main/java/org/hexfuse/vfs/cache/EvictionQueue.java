package org.hexfuse.vfs.cache;

import java.util.ArrayDeque;

/**
 * Dentries in the order in which they are examined for eviction, by second chance: one that was used since it was examined last stays.
 * Under the lock of {@link InodeTable}.
 *
 * <p>Its capacity is in dentries with a name of less than 256 bytes: a longer name counts as several.
 */
final class EvictionQueue {
    /** How many dropped dentries may be in the queue beside as many as there are others. */
    private static final int MANY_DROPPED = 64;

    private static final int LONG_NAME = 256;

    private final int capacity;
    /** Dropped ones stay until they are examined, or are too many. */
    private final ArrayDeque<Dentry> queue = new ArrayDeque<>();
    private int size;
    /** Those of the queue that are not dropped. */
    private int count;

    EvictionQueue(int capacity) {
        this.capacity = capacity;
    }

    /** How many dentries it has. */
    int count() {
        return count;
    }

    /** Whether it has no room at all. */
    boolean isOff() { return capacity == 0; }

    boolean isOverfull() { return size > capacity; }

    void add(Dentry dentry) {
        queue.add(dentry);
        size += weight(dentry);
        count++;
    }

    private static int weight(Dentry dentry) {
        return 1 + dentry.nameLength() / LONG_NAME;
    }

    /** A dentry of the queue was dropped. */
    void dropped(Dentry dentry) {
        size -= weight(dentry);
        count--;
        if (queue.size() > 2 * count + MANY_DROPPED) {
            queue.removeIf(queued -> queued.dropped);
        }
    }

    /**
     * Takes the first dentry that was not used since the last look and has no children, which would hold its inode; after two
     * rounds any but {@code newest}. Null if there is none.
     */
    @SuppressWarnings("ReferenceEquality") // a dentry is one object
    Dentry victim(Dentry newest) {
        int rounds = 2 * queue.size();
        for (int i = 0; i <= rounds + 1; i++) {
            Dentry first = queue.poll();
            if (first == null) {
                return null;
            }
            if (first.dropped) {
                continue;
            }
            boolean isParent = first.target != null && !first.target.hasNoChildren();
            if (first != newest && (i >= rounds || !(first.referenced || isParent))) {
                return first;
            }
            first.referenced = false;
            queue.add(first);
        }
        return null;
    }

    /** Takes all, in order; null at the end. */
    Dentry poll() {
        return queue.poll();
    }
}
