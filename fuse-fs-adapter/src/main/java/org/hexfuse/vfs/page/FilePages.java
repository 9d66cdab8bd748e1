package org.hexfuse.vfs.page;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;

/**
 * The cached pages of one inode, Linux's {@code struct address_space}: to read, to fill by READ, to drop, and to truncate. What is
 * dirty is kept by its {@link DirtyPages}. Offsets and lengths are in bytes; pages are counted from the start of the file.
 *
 * <p>Any thread may call any method. None blocks for longer than it takes to copy a message.
 */
public final class FilePages {
    final PageCache cache;
    final ReentrantLock lock = new ReentrantLock();
    private final ConcurrentHashMap<Long, Block> blocks = new ConcurrentHashMap<>(2);
    private final List<Fill> fills = new ArrayList<>(2);
    private final DirtyPages dirty = new DirtyPages(this);
    private final PageUpdates updates = new PageUpdates(this);
    private final WriteGate gate = new WriteGate(lock);
    private boolean closed;

    /** Without a page. */
    public FilePages(PageCache cache) {
        this.cache = cache;
    }

    /** Its dirty pages. */
    public DirtyPages dirty() {
        return dirty;
    }

    /** New data of its pages, past the dirty ones. */
    public PageUpdates updates() {
        return updates;
    }

    /** What writes to the file pass. */
    public WriteGate gate() {
        return gate;
    }

    static long page(long offset) {
        return offset >>> Block.PAGE_SHIFT;
    }

    /** The page behind the one of the last byte. */
    static long endPage(long end) {
        return (end >>> Block.PAGE_SHIFT) + ((end & (Block.PAGE - 1)) == 0 ? 0 : 1);
    }

    /** Copies cached bytes from {@code offset} on. Returns how many: fewer than {@code length} up to the first page that is not cached. */
    public long read(MemorySegment target, long at, long offset, long length) {
        long done = 0;
        while (done < length) {
            long position = offset + done;
            Block block = blocks.get(position >>> Block.SHIFT);
            if (block == null) {
                break;
            }
            int from = (int) (position & (Block.SIZE - 1));
            int wanted = (int) Math.min(length - done, Block.SIZE - from);
            int got = block.read(from, target, at + done, wanted);
            if (got == Block.DISTURBED) {
                got = readLocked(block, from, target, at + done, wanted);
            }
            block.touch();
            done += got;
            if (got < wanted) {
                break;
            }
        }
        return done;
    }

    private int readLocked(Block block, int from, MemorySegment target, long at, int length) {
        lock.lock();
        try {
            return Math.max(0, block.read(from, target, at, length));
        } finally {
            lock.unlock();
        }
    }

    /** Whether a page is cached. */
    public boolean isCached(long page) {
        lock.lock();
        try {
            return isValid(page);
        } finally {
            lock.unlock();
        }
    }

    private boolean isValid(long page) {
        Block block = blocks.get(page / Block.PAGES);
        return block != null && block.isValid((int) (page % Block.PAGES));
    }

    /** The fill in flight that a page waits for, or null. */
    public Fill pending(long page) {
        lock.lock();
        try {
            return findFill(page);
        } finally {
            lock.unlock();
        }
    }

    private Fill findFill(long page) {
        for (Fill fill : fills) {
            if (fill.owns(page)) {
                return fill;
            }
        }
        return null;
    }

    /**
     * Begins a fill of a page and of those behind it that are neither cached nor filled, at most {@code most}. The caller sends its READ and
     * calls {@link #end}.
     *
     * @return null if the page is cached by now, or being filled; a fill of length 0, which is not to be ended, without memory
     */
    public Fill begin(long page, int most) {
        Fill fill;
        lock.lock();
        try {
            if (isValid(page) || findFill(page) != null) {
                return null;
            }
            int count = 1;
            while (count < most && !isValid(page + count) && findFill(page + count) == null) {
                count++;
            }
            fill = new Fill(page, closed ? 0 : count);
            if (closed) {
                return fill;
            }
            // Before there is memory for it: what it owns is not evicted.
            fills.add(fill);
        } finally {
            lock.unlock();
        }
        int reserved = 0;
        try {
            reserved = reserve(page, fill.count());
        } finally {
            // Also when it throws: no reader may wait for a READ that nobody sends.
            if (reserved < fill.count()) {
                cut(fill, reserved);
            }
        }
        return fill;
    }

    private void cut(Fill fill, int pages) {
        lock.lock();
        try {
            long end = fill.first + fill.count();
            fill.limit(pages);
            removeIfEmpty(fill.first + pages, end);
            if (pages == 0) {
                fills.remove(fill);
                fill.end(Errno.ENOMEM);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes memory for pages, called without the lock. Returns for how many from the first on. */
    int reserve(long first, int count) {
        long end = first + count;
        for (long page = first; page < end;) {
            long index = page / Block.PAGES;
            long last = Math.min(end, (index + 1) * Block.PAGES) - 1;
            if (!reserveBlock(index, (int) (last % Block.PAGES))) {
                return (int) (page - first);
            }
            page = last + 1;
        }
        return count;
    }

    private boolean reserveBlock(long index, int lastPage) {
        lock.lock();
        try {
            Block present = blocks.get(index);
            if (closed || (present != null && present.hasRoom(lastPage))) {
                return !closed;
            }
        } finally {
            lock.unlock();
        }
        Chunk chunk = cache.allocate(lastPage > 0);
        if (chunk == null) {
            return false;
        }
        Chunk unused = chunk;
        boolean enough;
        lock.lock();
        try {
            Block present = blocks.get(index);
            enough = !closed;
            if (enough && present == null) {
                var block = new Block(this, index, chunk);
                blocks.put(index, block);
                cache.add(block);
                unused = null;
            } else if (enough && !present.hasRoom(lastPage)) {
                unused = present.move(chunk);
            }
        } finally {
            lock.unlock();
        }
        if (unused != null) {
            cache.free(unused);
        }
        return enough;
    }

    /**
     * The READ of a fill was answered: installs its pages, but for those that were changed meanwhile, with zeros behind the data, and wakes
     * its waiters.
     *
     * @param data what was read, from {@code at} on; {@code length} bytes
     * @param error OK, or else nothing is installed
     */
    public void end(Fill fill, MemorySegment data, long at, long length, Errno error) {
        lock.lock();
        try {
            fills.remove(fill);
            for (int i = 0; i < fill.count(); i++) {
                long page = fill.first + i;
                Block block = blocks.get(page / Block.PAGES);
                int slot = (int) (page % Block.PAGES);
                if (error == Errno.OK && fill.owns(page) && block != null && block.hasRoom(slot)) {
                    long start = (long) i << Block.PAGE_SHIFT;
                    int have = Math.clamp(length - start, 0, Block.PAGE);
                    block.install(slot, data, at + Math.min(start, length), have);
                }
            }
            removeIfEmpty(fill.first, fill.first + fill.count());
        } finally {
            lock.unlock();
        }
        fill.end(error);
    }

    /** Removes the blocks of a range that have nothing, so that they need no memory. Under the lock. */
    void removeIfEmpty(long from, long to) {
        for (long index = from / Block.PAGES; index * Block.PAGES < to; index++) {
            Block block = blocks.get(index);
            if (block != null && block.hasNoPages() && !isFilled(block)) {
                remove(block);
            }
        }
    }

    private boolean isFilled(Block block) {
        long first = block.index * Block.PAGES;
        for (Fill fill : fills) {
            if (fill.ownsAny(first, first + Block.PAGES)) {
                return true;
            }
        }
        return false;
    }

    private void remove(Block block) {
        blocks.remove(block.index);
        cache.remove(block);
        cache.free(block.takeChunk());
    }

    /** The block of a page with memory for it, or null. Under the lock. */
    Block block(long page) {
        Block block = blocks.get(page / Block.PAGES);
        return block != null && !closed && block.hasRoom((int) (page % Block.PAGES)) ? block : null;
    }

    /** The same, with a file that is closed too. */
    Block anyBlock(long page) {
        return blocks.get(page / Block.PAGES);
    }

    /** The blocks that have pages from {@code from} up to {@code to}. Under the lock. */
    private List<Block> blocks(long from, long to) {
        long first = from / Block.PAGES;
        long end = (to + Block.PAGES - 1) / Block.PAGES;
        if (end - first > blocks.size()) {
            return blocks.values().stream().filter(block -> block.index >= first && block.index < end).toList();
        }
        var found = new ArrayList<Block>();
        for (long index = first; index < end; index++) {
            Block block = blocks.get(index);
            if (block != null) {
                found.add(block);
            }
        }
        return found;
    }

    /** CLOCK evicts a block unless it is in use. Returns the bytes that it had. */
    long evict(Block block) {
        if (!lock.tryLock()) {
            return 0;
        }
        try {
            if (blocks.get(block.index) != block || (block.dirty | block.writing) != 0 || isFilled(block)) {
                return 0;
            }
            long size = block.size();
            remove(block);
            return size;
        } finally {
            lock.unlock();
        }
    }

    /** Takes pages from the fills and writes in flight: they are changed. Under the lock. */
    void disown(long from, long to) {
        for (Fill fill : fills) {
            fill.disown(from, to);
        }
        updates.disturb(from, to);
    }

    /** Drops the pages of a range that are not dirty, from that of {@code offset} to that of the last byte before {@code end}. */
    public void drop(long offset, long end) {
        lock.lock();
        try {
            drop(page(offset), endPage(end), false);
        } finally {
            lock.unlock();
        }
    }

    /** Drops all pages that are not dirty. */
    public void dropAll() {
        drop(0, Long.MAX_VALUE);
    }

    private void drop(long from, long to, boolean dirtyToo) {
        disown(from, to);
        for (Block block : blocks(from, to)) {
            long first = block.index * Block.PAGES;
            int mask = Block.mask((int) Math.max(from - first, 0) << Block.PAGE_SHIFT,
                    (int) Math.min(to - first, Block.PAGES) << Block.PAGE_SHIFT);
            if (dirtyToo) {
                dirty.forget(block, mask);
            } else {
                mask &= ~(block.dirty | block.writing);
            }
            block.drop(mask);
            if (block.hasNoPages() && !isFilled(block)) {
                remove(block);
            }
        }
    }

    /** The file ends at {@code size} from now on: drops the pages behind it, dirty ones too, and zeros the rest of the last one. */
    public void truncate(long size) {
        lock.lock();
        try {
            drop(endPage(size), endPage(Long.MAX_VALUE), true);
            dirty.truncate(size);
            int tail = (int) (size & (Block.PAGE - 1));
            if (tail != 0) {
                disown(page(size), page(size) + 1);
                Block block = block(page(size));
                if (block != null) {
                    int from = (int) (size & (Block.SIZE - 1));
                    block.zero(from, from - tail + Block.PAGE);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Drops pages of a range; dirty ones too, which could not be written, or none of them. Under the lock. */
    void dropLocked(long from, long to, boolean dirtyToo) {
        drop(from, to, dirtyToo);
    }

    /** The inode or the mount is gone: drops all pages, dirty ones too, and caches none from now on. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            drop(0, endPage(Long.MAX_VALUE), true);
        } finally {
            lock.unlock();
        }
    }
}
