package org.hexfuse.vfs.page;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.hexfuse.abi.Errno;

/**
 * The dirty pages of a file: written here, not yet by the server. Any thread may call any method; {@link #awaitWritten} blocks.
 *
 * <p>Source: Linux {@code mm/page-writeback.c}, {@code fs/fuse/file.c} ({@code fuse_writepages}).
 */
public final class DirtyPages {
    /** How often a write gets memory that is evicted again before it takes the lock. */
    private static final int ATTEMPTS = 8;

    private final FilePages pages;
    private final ReentrantLock lock;
    private final Condition written;
    private final WriteErrors errors = new WriteErrors();
    private final List<PageWriter> writers = new CopyOnWriteArrayList<>();
    private final TreeMap<Long, Block> blocks = new TreeMap<>();
    private final List<DirtyRun> runs = new ArrayList<>(2);
    /** Pages that are dirty or in a run. */
    private int count;
    /** No dirty byte is at or behind it. */
    private long end;
    private long lastRun;
    /** When the first of the dirty pages became so, by {@link System#nanoTime}. */
    private long since;

    DirtyPages(FilePages pages) {
        this.pages = pages;
        this.lock = pages.lock;
        this.written = lock.newCondition();
    }

    /** The errors of writing them. */
    public WriteErrors errors() {
        return errors;
    }

    /** An open file that can write them, until it is removed. */
    public void add(PageWriter writer) {
        writers.add(writer);
    }

    /** The open file writes none from now on. */
    public void remove(PageWriter writer) {
        writers.remove(writer);
    }

    /** An open file that can write them, acquired for the caller; empty if none is open. */
    public Optional<PageWriter> acquireWriter() {
        return writers.stream().filter(PageWriter::acquire).findFirst();
    }

    /** The open files that can write them. */
    List<PageWriter> writers() {
        return writers;
    }

    /** Whether there is none, in flight neither. */
    public boolean isEmpty() {
        lock.lock();
        try {
            return count == 0;
        } finally {
            lock.unlock();
        }
    }

    /** For how many nanoseconds the oldest has been dirty; 0 without one. */
    long age() {
        lock.lock();
        try {
            return blocks.isEmpty() ? 0 : System.nanoTime() - since;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Writes bytes into the cache, up to the end of a block.
     *
     * @param size the size of the file: behind it there is nothing to fill
     * @return how many bytes; 0 without memory, and while a WRITE of the same pages is in flight, whose bytes these pages would not have
     *         when they are written back; or {@code ~page}, of a page that must be filled before a part of it is written
     */
    public long write(MemorySegment source, long at, long offset, long length, long size) {
        int from = (int) (offset & (Block.SIZE - 1));
        int taken = (int) Math.min(length, Block.SIZE - from);
        long first = FilePages.page(offset);
        long last = FilePages.page(offset + taken - 1);
        for (int i = 0; i < ATTEMPTS; i++) {
            if (pages.reserve(first, (int) (last - first + 1)) == 0) {
                return 0;
            }
            lock.lock();
            try {
                if (pages.updates().isWriting(first, last + 1)) {
                    return 0;
                }
                Block block = pages.block(last);
                if (block != null) {
                    long unfilled = unfilled(block, offset, offset + taken, size);
                    if (unfilled >= 0) {
                        return ~unfilled;
                    }
                    pages.disown(first, last + 1);
                    block.write(from, source, at, taken);
                    block.touch();
                    soil(block, Block.mask(from, from + taken), offset + taken);
                    return taken;
                }
            } finally {
                lock.unlock();
            }
        }
        return 0;
    }

    /** A page that is written in part and not cached, though the file has bytes there; -1 without one. Zeros those behind the end. */
    private static long unfilled(Block block, long offset, long end, long size) {
        long first = FilePages.page(offset);
        long last = FilePages.page(end - 1);
        boolean head = (offset & (Block.PAGE - 1)) != 0;
        boolean tail = (end & (Block.PAGE - 1)) != 0;
        if (head && isMissing(block, first)) {
            if (first << Block.PAGE_SHIFT < size) {
                return first;
            }
            zero(block, first);
        }
        if (tail && isMissing(block, last)) {
            if (end < size || (head && last == first && first << Block.PAGE_SHIFT < size)) {
                return last;
            }
            zero(block, last);
        }
        return -1;
    }

    private static boolean isMissing(Block block, long page) {
        return !block.isValid((int) (page % Block.PAGES));
    }

    private static void zero(Block block, long page) {
        int start = (int) (page % Block.PAGES) << Block.PAGE_SHIFT;
        block.zero(start, start + Block.PAGE);
    }

    private void soil(Block block, int mask, long to) {
        int fresh = Integer.bitCount(mask & ~block.dirty);
        boolean none = count == 0;
        if (blocks.isEmpty()) {
            since = System.nanoTime();
        }
        block.dirty |= mask;
        blocks.put(block.index, block);
        end = Math.max(end, to);
        count += fresh;
        if (fresh > 0) {
            pages.cache.addDirty(pages, fresh, none);
        }
    }

    /** Pages of a block are dropped. Under the lock. */
    void forget(Block block, int mask) {
        clean(block, mask);
    }

    private void clean(Block block, int mask) {
        int cleaned = Integer.bitCount(block.dirty & mask);
        block.dirty &= ~mask;
        if (block.dirty == 0) {
            blocks.remove(block.index);
        }
        uncount(cleaned);
    }

    private void uncount(int cleaned) {
        if (cleaned > 0) {
            count -= cleaned;
            if (count == 0) {
                end = 0;
            }
            pages.cache.removeDirty(pages, cleaned, count == 0);
        }
    }

    /** The file ends at {@code size}. Under the lock. */
    void truncate(long size) {
        end = Math.min(end, size);
    }

    /** Whether a page of a range is dirty, and not merely in flight. */
    public boolean isDirty(long offset, long to) {
        lock.lock();
        try {
            return firstDirty(FilePages.page(offset), FilePages.endPage(to), false) >= 0;
        } finally {
            lock.unlock();
        }
    }

    /** The first dirty page of a range; with {@code idle} one that is not in flight too; -1 without one. */
    private long firstDirty(long from, long to, boolean idle) {
        for (Map.Entry<Long, Block> entry : blocks.tailMap(from / Block.PAGES).entrySet()) {
            Block block = entry.getValue();
            long first = block.index * Block.PAGES;
            if (first >= to) {
                return -1;
            }
            int mask = idle ? block.dirty & ~block.writing : block.dirty;
            mask &= -1 << Math.max(0, from - first);
            if (mask != 0) {
                long page = first + Integer.numberOfTrailingZeros(mask);
                return page < to ? page : -1;
            }
        }
        return -1;
    }

    /**
     * Takes the first contiguous dirty pages of a range that are not in flight. They are clean afterwards, and in flight until {@link #end}.
     *
     * @param most the most bytes, at least a page
     * @param room gives the memory to copy so many bytes to
     * @return null without one
     */
    public DirtyRun take(long offset, long to, int most, IntFunction<MemorySegment> room) {
        lock.lock();
        try {
            long first = firstDirty(FilePages.page(offset), FilePages.endPage(to), true);
            if (first < 0) {
                return null;
            }
            int length = 1;
            while (length < most / Block.PAGE && isIdleDirty(first + length)) {
                length++;
            }
            int bytes = (int) Math.min((long) length * Block.PAGE, end - (first << Block.PAGE_SHIFT));
            MemorySegment memory = room.apply(bytes);
            for (int i = 0; i < length; i++) {
                Block block = blocks.get((first + i) / Block.PAGES);
                int slot = (int) ((first + i) % Block.PAGES);
                int start = i * Block.PAGE;
                block.copyTo(slot * Block.PAGE, memory, start, Math.min(Block.PAGE, bytes - start));
                block.writing |= 1 << slot;
                block.dirty &= ~(1 << slot);
                if (block.dirty == 0) {
                    blocks.remove(block.index);
                }
            }
            var run = new DirtyRun(++lastRun, first, length, bytes);
            runs.add(run);
            return run;
        } finally {
            lock.unlock();
        }
    }

    private boolean isIdleDirty(long page) {
        Block block = blocks.get(page / Block.PAGES);
        return block != null && (block.dirty & ~block.writing & 1 << (int) (page % Block.PAGES)) != 0;
    }

    /**
     * The WRITE of a run was answered. After an error the pages that were not written are dropped, unless they are dirty again; with EINTR
     * they become dirty again.
     *
     * @param done how many pages of the run were written
     * @param error OK, or what happened to the others
     */
    public void end(DirtyRun run, int done, Errno error) {
        lock.lock();
        try {
            runs.remove(run);
            for (int i = 0; i < run.pages(); i++) {
                endPage(run.first() + i, i < done ? Errno.OK : error);
            }
            pages.removeIfEmpty(run.first(), run.first() + run.pages());
            uncount(run.pages());
            if (error != Errno.OK && error != Errno.EINTR) {
                errors.add(error);
            }
            written.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void endPage(long page, Errno error) {
        Block block = pages.anyBlock(page);
        if (block == null) {
            return;
        }
        int slot = (int) (page % Block.PAGES);
        int bit = 1 << slot;
        block.writing &= ~bit;
        if (error == Errno.EINTR && block.isValid(slot)) {
            soil(block, bit, Math.min((page + 1) << Block.PAGE_SHIFT, Math.max(end, page << Block.PAGE_SHIFT)));
        } else if (error != Errno.OK && (block.dirty & bit) == 0) {
            block.drop(bit);
        }
    }

    /** Drops all dirty pages with an error: nobody can write them. */
    public void fail(Errno error) {
        lock.lock();
        try {
            if (!blocks.isEmpty()) {
                errors.add(error);
                for (Block block : List.copyOf(blocks.values())) {
                    long first = block.index * Block.PAGES;
                    pages.dropLocked(first, first + Block.PAGES, true);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the runs that are in flight now. */
    public void awaitWritten() throws InterruptedException {
        lock.lock();
        try {
            long mark = lastRun;
            while (runs.stream().anyMatch(run -> run.id() <= mark)) {
                written.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has an open file write out the dirty pages of a range, and waits for all that are in flight. What becomes dirty meanwhile may stay.
     *
     * @throws InterruptedException if the thread is interrupted; then pages may still be dirty, and none is lost
     */
    public void writeOut(PageWriter writer, long offset, long to) throws InterruptedException {
        // Twice: pages that are dirty while they are in flight cannot be sent before.
        for (int pass = 0; pass < 2; pass++) {
            while (writer.writeNext(this, offset, to)) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            awaitWritten();
            if (!isDirty(offset, to)) {
                return;
            }
        }
    }

    /** The same by any open file that can. Returns false if there is none. */
    public boolean writeOut(long offset, long to) throws InterruptedException {
        for (PageWriter writer : writers) {
            if (writer.acquire()) {
                try {
                    writeOut(writer, offset, to);
                } finally {
                    writer.release();
                }
                return true;
            }
        }
        return false;
    }
}
