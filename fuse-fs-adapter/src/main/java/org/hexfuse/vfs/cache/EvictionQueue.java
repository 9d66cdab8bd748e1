package org.hexfuse.vfs.cache;

import java.util.ArrayDeque;

/**
 * Dentries in the order in which they are examined for eviction, by second chance: one that was used since it was examined last stays.
 * Under the lock of {@link InodeTable}.
 */
final class EvictionQueue {
    /** How many dropped dentries may be in the queue beside as many as there are others. */
    private static final int MANY_DROPPED = 64;

    private final int capacity;
    /** Dropped ones stay until they are examined, or are too many. */
    private final ArrayDeque<Dentry> queue = new ArrayDeque<>();
    private int size;

    EvictionQueue(int capacity) {
        this.capacity = capacity;
    }

    int size() {
        return size;
    }

    /** Whether it has no room at all. */
    boolean isOff() { return capacity == 0; }

    boolean isOverfull() { return size > capacity; }

    void add(Dentry dentry) {
        queue.add(dentry);
        size++;
    }

    /** A dentry of the queue was dropped. */
    void dropped() {
        size--;
        if (queue.size() > 2 * size + MANY_DROPPED) {
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
