package org.hexfuse.vfs.page;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.transport.Segments;

/**
 * New data of the pages of a file that the server has too: that of WRITEs past the dirty pages, and of NOTIFY_STORE. Any thread may call
 * any method. None blocks for longer than it takes to copy a message.
 */
public final class PageUpdates {
    private final FilePages pages;
    /** The WRITEs in flight. Guarded by the lock of the file. */
    private final List<WriteThrough> writes = new ArrayList<>(2);

    PageUpdates(FilePages pages) {
        this.pages = pages;
    }

    /** Pages of a range are changed otherwise. Under the lock. */
    void disturb(long from, long to) {
        for (WriteThrough write : writes) {
            write.disturbed |= write.overlaps(from, to);
        }
    }

    /** Whether a WRITE of one of the pages is in flight. Under the lock. */
    boolean isWriting(long from, long to) {
        for (WriteThrough write : writes) {
            if (write.overlaps(from, to)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A WRITE past the dirty pages begins, which {@link #endWrite} ends: until then none of its pages becomes dirty. The caller writes out
     * those that are, and sends it then.
     */
    public WriteThrough beginWrite(long offset, long length) {
        var write = new WriteThrough(FilePages.page(offset), FilePages.endPage(offset + length));
        pages.lock.lock();
        try {
            for (WriteThrough other : writes) {
                if (other.overlaps(write.from, write.to)) {
                    other.disturbed = true;
                    write.disturbed = true;
                }
            }
            writes.add(write);
            return write;
        } finally {
            pages.lock.unlock();
        }
    }

    /**
     * A WRITE was answered.
     *
     * @param length how many bytes of {@code data}, from {@code at} on, the server has written at {@code offset}
     * @param whole whether that is all
     * @param size the size of the file, behind which pages have zeros
     */
    public void endWrite(WriteThrough write, MemorySegment data, long at, long offset, long length, boolean whole,
            long size) {
        boolean reserved = false;
        try {
            if (whole && length > 0) {
                pages.reserve(FilePages.page(offset),
                        (int) Math.min(Integer.MAX_VALUE, FilePages.endPage(offset + length) - FilePages.page(offset)));
            }
            reserved = true;
        } finally {
            endReservedWrite(write, data, at, offset, length, whole && reserved, size);
        }
    }

    private void endReservedWrite(WriteThrough write, MemorySegment data, long at, long offset, long length,
            boolean whole,
            long size) {
        pages.lock.lock();
        try {
            writes.remove(write);
            boolean known = whole && !write.disturbed;
            pages.disown(write.from, write.to);
            if (known) {
                apply(data, at, offset, length, size);
                pages.removeIfEmpty(write.from, write.to);
            } else {
                pages.dropLocked(write.from, write.to, false);
            }
        } finally {
            pages.lock.unlock();
        }
    }

    /** Whether a WRITE past the dirty pages is in flight. */
    public boolean isWriting() {
        pages.lock.lock();
        try {
            return !writes.isEmpty();
        } finally {
            pages.lock.unlock();
        }
    }

    /** Writes into the pages that are valid, and makes those valid that it covers. */
    private void apply(MemorySegment data, long at, long offset, long length, long size) {
        long end = offset + length;
        for (long from = offset; from < end;) {
            long start = from & -Block.PAGE;
            long to = Math.min(end, start + Block.PAGE);
            Block block = pages.block(FilePages.page(from));
            int slot = (int) (FilePages.page(from) % Block.PAGES);
            if (block != null && block.isValid(slot)) {
                block.write((int) (from & (Block.SIZE - 1)), data, at + from - offset, (int) (to - from));
            } else if (block != null && from == start && (to == start + Block.PAGE || to >= size)) {
                block.install(slot, data, at + from - offset, (int) (to - from));
            }
            from = to;
        }
    }

    /** NOTIFY_STORE: as a write, but pages that are not cached get memory only if the data covers them. {@code size} as for endWrite. */
    public void store(long offset, Segments data, long size) {
        long length = data.size();
        pages.reserve(FilePages.page(offset), (int) (FilePages.endPage(offset + length) - FilePages.page(offset)));
        MemorySegment piece = MemorySegment.ofArray(new byte[Block.PAGE]);
        pages.lock.lock();
        try {
            pages.disown(FilePages.page(offset), FilePages.endPage(offset + length));
            for (long done = 0; done < length;) {
                long position = offset + done;
                int take = (int) Math.min(length - done, Block.PAGE - (position & (Block.PAGE - 1)));
                data.copyTo(done, piece, 0, take);
                apply(piece, 0, position, take, size);
                done += take;
            }
            pages.removeIfEmpty(FilePages.page(offset), FilePages.endPage(offset + length));
        } finally {
            pages.lock.unlock();
        }
    }
}
