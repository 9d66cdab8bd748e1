package org.hexfuse.vfs.page;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.hexfuse.transport.spi.NativeMemory;

/**
 * The native memory of page caches, bounded in bytes. It grows by slabs of a megabyte, and its chunks are used again; with the last
 * cache all of it is released. The slabs come from automatic arenas, so that a reader may still read from a chunk that was freed.
 *
 * <p>Any thread may call any method.
 */
public final class PagePool {
    /** The pool of the JVM, of a quarter of its largest heap. */
    public static final PagePool SHARED = new PagePool(Runtime.getRuntime().maxMemory() / 4);

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
    /** Held while a slab is allocated, which may take half a second before it fails; taken before {@link #lock}. */
    private final ReentrantLock growth = new ReentrantLock();
    private final LongFunction<MemorySegment> allocator;

    /** A pool of at most {@code limit} bytes. */
    public PagePool(long limit) {
        this(limit, bytes -> NativeMemory.JVM.allocate(bytes, Block.PAGE));
    }

    /**
     * The same with other memory.
     *
     * @param allocator allocates so many bytes, or throws OutOfMemoryError
     */
    PagePool(long limit, LongFunction<MemorySegment> allocator) {
        this.limit = limit;
        this.allocator = allocator;
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
        Chunk chunk = takeFree(whole);
        if (chunk != null) {
            return chunk;
        }
        growth.lock();
        try {
            // Another thread may have grown the pool meanwhile.
            chunk = takeFree(whole);
            return chunk == null && grow() ? takeFree(whole) : chunk;
        } finally {
            growth.unlock();
        }
    }

    private Chunk takeFree(boolean whole) {
        lock.lock();
        try {
            Chunk chunk = whole ? free.pollLast() : takePage();
            used += chunk == null ? 0 : chunk.size();
            return chunk;
        } finally {
            lock.unlock();
        }
    }

    private Chunk takePage() {
        if (splits.isEmpty()) {
            Chunk whole = free.pollLast();
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

    /** Adds a slab. Returns false if the pool is used up or the JVM has no memory. */
    private boolean grow() {
        long bytes = nextSlab();
        if (bytes <= 0) {
            return false;
        }
        MemorySegment slab;
        try {
            slab = allocator.apply(bytes);
        } catch (OutOfMemoryError _) {
            return false;
        }
        add(slab);
        return true;
    }

    /** The bytes of the next slab; 0 if the pool is used up. */
    private long nextSlab() {
        lock.lock();
        try {
            return Math.min(CHUNKS_OF_A_SLAB, (limit - reserved) / Block.SIZE) * Block.SIZE;
        } finally {
            lock.unlock();
        }
    }

    private void add(MemorySegment slab) {
        var chunks = new ArrayList<Chunk>(CHUNKS_OF_A_SLAB);
        for (long at = slab.byteSize() - Block.SIZE; at >= 0; at -= Block.SIZE) {
            chunks.add(new Chunk(slab.asSlice(at, Block.SIZE), null));
        }
        lock.lock();
        try {
            free.addAll(chunks);
            reserved += slab.byteSize();
        } finally {
            lock.unlock();
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
