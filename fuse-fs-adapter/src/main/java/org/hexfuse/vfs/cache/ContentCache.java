package org.hexfuse.vfs.cache;

import java.util.ArrayDeque;
import java.util.Optional;

/**
 * One kind of content that is cached with its inodes: the targets of symbolic links, or the listings of directories. Bounded in bytes: of
 * more than there is room for, that is evicted which was not used since the last examination (second chance). What an inode has is dropped
 * when the inode is forgotten.
 *
 * <p>Any thread may call any method. {@link #get} takes no lock; the others hold the monitor for a few instructions, some of them under
 * the lock of {@link InodeTable}.
 *
 * @param <T> immutable. An inode has content of one kind, that of its type
 */
public final class ContentCache<T> {
    /** How many dropped entries may be in the queue beside as many as there are others. */
    private static final int MANY_DROPPED = 64;

    private final AttributeCache attributes;
    private final int capacity;
    private final ArrayDeque<Entry<T>> queue = new ArrayDeque<>();
    private long bytes;
    /** Those of the queue that are not dropped. */
    private int entries;

    /** The content of an inode. */
    static final class Entry<T> {
        private final Inode inode;
        /** Null once it is dropped. */
        private volatile T value;
        private final int size;
        private volatile boolean referenced;
        private boolean dropped;

        private Entry(Inode inode, T value, int size) {
            this.inode = inode;
            this.value = value;
            this.size = size;
        }
    }

    ContentCache(int capacity, AttributeCache attributes) {
        this.capacity = capacity;
        this.attributes = attributes;
    }

    /** The room for all content, in bytes. */
    public int capacity() {
        return capacity;
    }

    /** The content of an inode, if it is cached. */
    public Optional<T> get(Inode inode) {
        Entry<T> entry = entry(inode);
        if (entry == null) {
            return Optional.empty();
        }
        if (!entry.referenced) {
            entry.referenced = true;
        }
        return Optional.ofNullable(entry.value);
    }

    @SuppressWarnings("unchecked") // the type of the inode decides which cache has its content
    private static <T> Entry<T> entry(Inode inode) {
        return (Entry<T>) inode.content();
    }

    /**
     * Caches content, unless the inode was changed or invalidated since a version.
     *
     * @param size about how many bytes of heap it takes
     * @param version the {@link AttributeCache#version} of before it was requested
     */
    public synchronized void put(Inode inode, T value, int size, long version) {
        drop(inode);
        if (size > capacity || attributes.hasChangedSince(inode, version)) {
            return;
        }
        var entry = new Entry<>(inode, value, size);
        inode.content(entry);
        queue.add(entry);
        entries++;
        bytes += size;
        while (bytes > capacity) {
            Entry<T> first = queue.remove();
            if (!first.dropped && first.referenced) {
                first.referenced = false;
                queue.add(first);
            } else if (!first.dropped) {
                drop(first.inode);
            }
        }
    }

    /** Drops the content of an inode. */
    public void drop(Inode inode) {
        if (inode.content() != null) {
            dropLocked(inode);
        }
    }

    private synchronized void dropLocked(Inode inode) {
        Entry<T> entry = entry(inode);
        if (entry != null) {
            inode.content(null);
            entry.dropped = true;
            entry.value = null;
            bytes -= entry.size;
            entries--;
            if (queue.size() > 2 * entries + MANY_DROPPED) {
                queue.removeIf(queued -> queued.dropped);
            }
        }
    }
}
