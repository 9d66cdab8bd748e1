package org.hexfuse.vfs.page;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * The native memory of page caches, bounded in bytes. It grows by slabs of a megabyte, and its chunks are used again; with the last
 * cache all of it is released. The slabs come from automatic arenas, so that a reader may still read from a chunk that was freed.
 *
 * <p>Any thread may call any method.
 */
public final class PagePool {
    /** The pool of the JVM, of a quarter of its largest heap. */
    public static final PagePool SHARED = new PagePool(Runtime.getRuntime().maxMemory() / 4);

    private static final Logger LOG = Loggers.of(PagePool.class);
    private static final int CHUNKS_OF_A_SLAB = 16;

    private final long limit;
    private final List<PageCache> caches = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Chunk> free = new ArrayDeque<>();
    /** The split chunks that have free pages. */
    private final Set<Chunk.Split> splits = new LinkedHashSet<>();
    /** The bytes of all slabs. */
    private long reserved;
    /** The bytes of the chunks that are in use. */
    private long used;

    /** A pool of at most {@code limit} bytes. */
    public PagePool(long limit) {
        this.limit = limit;
    }

    /** The most bytes of all chunks. */
    public long limit() {
        return limit;
    }

    /** The bytes of the chunks that are in use. */
    public long used() {
        lock.lock();
        try {
            return used;
        } finally {
            lock.unlock();
        }
    }

    void add(PageCache cache) {
        caches.add(cache);
    }

    /** Forgets a cache, whose chunks are free. Without a cache there is no memory either. */
    void remove(PageCache cache) {
        caches.remove(cache);
        lock.lock();
        try {
            releaseIfUnused();
        } finally {
            lock.unlock();
        }
    }

    private void releaseIfUnused() {
        if (caches.isEmpty() && used == 0) {
            free.clear();
            splits.clear();
            reserved = 0;
        }
    }

    /** The cache with the most memory, the first to lose some when there is none left. */
    Optional<PageCache> largest() {
        return caches.stream().max(Comparator.comparingLong(PageCache::used));
    }

    /** A chunk, whole or of one page, with any content; null if the pool is used up or the JVM has no memory. */
    Chunk take(boolean whole) {
        lock.lock();
        try {
            Chunk chunk = whole ? takeWhole() : takePage();
            used += chunk == null ? 0 : chunk.size();
            return chunk;
        } finally {
            lock.unlock();
        }
    }

    private Chunk takePage() {
        if (splits.isEmpty()) {
            Chunk whole = takeWhole();
            if (whole == null) {
                return null;
            }
            splits.add(new Chunk.Split(whole));
        }
        Chunk.Split split = splits.iterator().next();
        Chunk page = split.take();
        if (split.isEmpty()) {
            splits.remove(split);
        }
        return page;
    }

    private Chunk takeWhole() {
        if (free.isEmpty()) {
            grow();
        }
        return free.pollLast();
    }

    private void grow() {
        long chunks = Math.min(CHUNKS_OF_A_SLAB, (limit - reserved) / Block.SIZE);
        if (chunks <= 0) {
            return;
        }
        MemorySegment slab;
        try {
            slab = Arena.ofAuto().allocate(chunks * Block.SIZE, Block.PAGE);
        } catch (OutOfMemoryError e) {
            LOG.debug("no native memory for the page cache, which has {} bytes", reserved, e);
            return;
        }
        reserved += slab.byteSize();
        for (long i = chunks - 1; i >= 0; i--) {
            free.addLast(new Chunk(slab.asSlice(i * Block.SIZE, Block.SIZE), null));
        }
    }

    /** Frees a chunk. The pages of a split chunk make a whole one again. */
    void put(Chunk chunk) {
        lock.lock();
        try {
            used -= chunk.size();
            Chunk.Split split = chunk.split;
            if (split == null) {
                free.addLast(chunk);
            } else {
                split.put(chunk);
                splits.add(split);
                if (split.isWhole()) {
                    splits.remove(split);
                    free.addLast(split.whole);
                }
            }
            releaseIfUnused();
        } finally {
            lock.unlock();
        }
    }
}
