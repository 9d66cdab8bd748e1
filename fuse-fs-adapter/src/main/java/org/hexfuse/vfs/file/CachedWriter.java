package org.hexfuse.vfs.file;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.page.DirtyPages;

/**
 * Writes to the page cache of an open file with the writeback cache. A page that is written in part is filled first. Above the dirty limit
 * the writer writes out the file itself, so that no writer waits for another thread's work.
 *
 * <p>Any thread may call any method. The caller has begun a call on the handle and entered the gate of the file.
 *
 * <p>Source: Linux {@code fs/fuse/file.c} ({@code fuse_cache_write_iter}), {@code mm/page-writeback.c}
 * ({@code balance_dirty_pages}).
 */
final class CachedWriter {
    private static final int PAGE = 4096;
    /** How often a page is filled that is gone again before it is written. */
    private static final int ATTEMPTS = 8;

    /** A WRITE past the cache: the bytes written, or a negated errno. */
    @FunctionalInterface interface Uncached {
        int write(MemorySegment source, long position, long offset, int wanted);
    }

    private final Handle handle;
    private final Superblock superblock;
    private final Inode inode;
    private final DirtyPages dirty;
    private final PageReader reader;
    private final Uncached uncached;

    CachedWriter(Handle handle, PageReader reader, Uncached uncached) {
        this.handle = handle;
        this.superblock = handle.superblock;
        this.inode = handle.inode;
        this.dirty = handle.pages.dirty();
        this.reader = reader;
        this.uncached = uncached;
    }

    /** Writes all, unless an error ends it. Returns how many bytes; an error after some is not thrown. */
    long write(MemorySegment source, long offset) {
        long done = 0;
        int fills = 0;
        try {
            while (done < source.byteSize()) {
                long position = offset + done;
                long length = source.byteSize() - done;
                long taken = dirty.write(source, done, position, length, inode.lastAttributes().size());
                if (taken < 0 && fills++ < ATTEMPTS && reader.fill(~taken, 1)) {
                    continue;
                }
                fills = 0;
                boolean delayed = taken > 0;
                if (!delayed) {
                    int got = uncached.write(source, done, position, (int) Math.min(length, PAGE - position % PAGE));
                    if (got < 0) {
                        throw FuseException.of(Errno.orEio(-got));
                    }
                    taken = got;
                }
                done += taken;
                if (delayed) {
                    superblock.writeBack.writtenByCache(inode, offset + done);
                } else {
                    superblock.writeBack.written(inode, offset + done);
                }
                throttle();
            }
        } catch (FuseException e) {
            if (done == 0) {
                throw e;
            }
        }
        return done;
    }

    private void throttle() {
        if (superblock.pageCache.isOverDirtyLimit()) {
            handle.openPages.writeOut(0, Long.MAX_VALUE);
        }
    }
}
