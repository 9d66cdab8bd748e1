package org.hexfuse.vfs.page;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The page cache of one mount: its share of the {@link PagePool}, the order in which blocks are evicted (CLOCK), and what is dirty.
 *
 * <p>Any thread may call any method.
 *
 * <p>Source: Linux {@code mm/page-writeback.c} for the dirty limits.
 */
public final class PageCache {
    /** Of the memory of a cache at most a quarter is dirty, and from an eighth on the flusher writes it out. */
    private static final int DIRTY_PARTS = 4;
    private static final int BACKGROUND_PARTS = 8;

    private final PagePool pool;
    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong dirty = new AtomicLong();
    private final Set<FilePages> dirtyFiles = ConcurrentHashMap.newKeySet();
    private final ReentrantLock ringLock = new ReentrantLock();
    /** The block that CLOCK visits next; null without blocks. */
    private Block hand;
    private int blocks;
    private volatile Runnable onDirty = () -> {};
    /** Whether the pool knows it, from its first block on. */
    private volatile boolean registered;
    private volatile boolean closed;

    /** A cache of at most {@code limit} bytes of the pool. */
    public PageCache(PagePool pool, long limit) {
        this.pool = pool;
        this.limit = limit;
    }

    /** The bytes of its blocks. */
    public long used() {
        return used.get();
    }

    /** The bytes of pages that are dirty or being written. */
    public long dirty() {
        return dirty.get();
    }

    private long capacity() {
        return Math.min(limit, pool.limit());
    }

    /** Whether writers must write out dirty pages themselves. */
    public boolean isOverDirtyLimit() {
        return dirty.get() > capacity() / DIRTY_PARTS;
    }

    /** Whether the flusher should write out dirty pages, however young. */
    public boolean isOverBackgroundLimit() {
        return dirty.get() > capacity() / BACKGROUND_PARTS;
    }

    /** The files with dirty pages, now. */
    public List<FilePages> dirtyFiles() {
        return List.copyOf(dirtyFiles);
    }

    /** Calls {@code action}, which must not block, when the first page becomes dirty and when dirty pages exceed the background limit. */
    public void onDirty(Runnable action) {
        onDirty = action;
    }

    void addDirty(FilePages file, int pages, boolean first) {
        long now = dirty.addAndGet((long) pages * Block.PAGE);
        if (first) {
            dirtyFiles.add(file);
        }
        if (first || now > capacity() / BACKGROUND_PARTS) {
            onDirty.run();
        }
    }

    void removeDirty(FilePages file, int pages, boolean last) {
        dirty.addAndGet(-(long) pages * Block.PAGE);
        if (last) {
            dirtyFiles.remove(file);
        }
    }

    /** A chunk, for which others are evicted if need be; null if none can be. Called without a lock. */
    Chunk allocate(boolean whole) {
        long size = whole ? Block.SIZE : Block.PAGE;
        if (closed || size > capacity()) {
            return null;
        }
        if (!registered) {
            register();
        }
        if (used.addAndGet(size) > limit && !evict(used.get() - limit)) {
            used.addAndGet(-size);
            return null;
        }
        Chunk chunk = pool.take(whole);
        for (int i = 0; chunk == null && i < Block.PAGES; i++) {
            // Pages of split chunks may not make a whole one until several are free.
            Optional<PageCache> victim = pool.largest();
            if (victim.isEmpty() || !victim.get().evict(Block.SIZE)) {
                break;
            }
            chunk = pool.take(whole);
        }
        if (chunk == null) {
            used.addAndGet(-size);
        }
        return chunk;
    }

    private void register() {
        ringLock.lock();
        try {
            if (!registered && !closed) {
                registered = true;
                pool.add(this);
            }
        } finally {
            ringLock.unlock();
        }
    }

    void free(Chunk chunk) {
        pool.put(chunk);
        used.addAndGet(-chunk.size());
    }

    /** Evicts blocks of {@code bytes}, at least one. Returns whether it did. Visits each block twice at most. */
    private boolean evict(long bytes) {
        long evicted = 0;
        for (int visits = 2 * blocks(); evicted < bytes && visits >= 0; visits--) {
            Block candidate = advance();
            if (candidate == null) {
                break;
            }
            if (!candidate.takeReferenced()) {
                evicted += candidate.file.evict(candidate);
            }
        }
        return evicted >= bytes;
    }

    private int blocks() {
        ringLock.lock();
        try {
            return blocks;
        } finally {
            ringLock.unlock();
        }
    }

    private Block advance() {
        ringLock.lock();
        try {
            Block candidate = hand;
            if (candidate != null) {
                hand = candidate.next;
            }
            return candidate;
        } finally {
            ringLock.unlock();
        }
    }

    /** A block is filled from now on: CLOCK visits it last. */
    void add(Block block) {
        ringLock.lock();
        try {
            if (hand == null) {
                block.next = block;
                block.previous = block;
                hand = block;
            } else {
                block.next = hand;
                block.previous = hand.previous;
                hand.previous.next = block;
                hand.previous = block;
            }
            blocks++;
        } finally {
            ringLock.unlock();
        }
    }

    void remove(Block block) {
        ringLock.lock();
        try {
            if (block.next == null) {
                return;
            }
            blocks--;
            if (block.next == block) {
                hand = null;
            } else {
                block.previous.next = block.next;
                block.next.previous = block.previous;
                if (hand == block) {
                    hand = block.next;
                }
            }
            block.next = null;
            block.previous = null;
        } finally {
            ringLock.unlock();
        }
    }

    /** The mount is gone: drops all pages, dirty ones too, and caches none from now on. */
    public void close() {
        ringLock.lock();
        try {
            closed = true;
        } finally {
            ringLock.unlock();
        }
        for (Block block = advance(); block != null; block = advance()) {
            block.file.close();
            remove(block);
        }
        dirtyFiles().forEach(FilePages::close);
        pool.remove(this);
    }

}
