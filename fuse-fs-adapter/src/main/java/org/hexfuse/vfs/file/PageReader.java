package org.hexfuse.vfs.file;

import static org.hexfuse.vfs.request.Checks.require;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.device.ConnectionInfo;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.StatField;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.page.Fill;
import org.hexfuse.vfs.page.FilePages;

/**
 * Reads an open file through the page cache. A page that is not cached is filled by one READ, however many readers wait for it. What lies
 * ahead of a sequential reader is filled in the background, with ASYNC_READ.
 *
 * <p>Any thread may call any method. The caller has begun a call on the handle.
 *
 * <p>Source: Linux {@code mm/filemap.c}, {@code fs/fuse/file.c} ({@code fuse_cache_read_iter}, {@code fuse_send_readpages},
 * {@code fuse_short_read}).
 */
final class PageReader {
    private static final int PAGE = 4096;
    /** How often a page that was filled and is gone again is filled before the read bypasses the cache. */
    private static final int ATTEMPTS = 8;
    /** How often a waiter looks whether it was interrupted by {@link Handle#interruptCalls}. */
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(20);

    /** A READ past the cache: the bytes read, or a negated errno. */
    @FunctionalInterface interface Uncached {
        int read(MemorySegment target, long position, long offset, int wanted);
    }

    private final Handle handle;
    private final Superblock superblock;
    private final Inode inode;
    private final FilePages pages;
    private final NodeRequests requests;
    private final Uncached uncached;
    private final Readahead readahead;

    PageReader(Handle handle, NodeRequests requests, Uncached uncached) {
        this.handle = handle;
        this.superblock = handle.superblock;
        this.inode = handle.inode;
        this.pages = handle.pages;
        this.requests = requests;
        this.uncached = uncached;
        this.readahead = new Readahead(superblock.port.negotiated().maxReadahead());
    }

    private long size() {
        return inode.lastAttributes().size();
    }

    /** Reads up to {@code target.byteSize()} bytes; fewer at the end of the file. An error after some bytes is not thrown. */
    long read(MemorySegment target, long offset) {
        long length = target.byteSize();
        refresh(offset + length);
        long done = 0;
        int attempts = 0;
        long missed = -1;
        readahead.begin(offset, length);
        while (done < length) {
            long position = offset + done;
            long wanted = Math.min(length - done, size() - position);
            if (wanted <= 0) {
                break;
            }
            long got = pages.read(target, done, position, wanted);
            done += got;
            ahead(position + got);
            if (got < wanted) {
                position += got;
                attempts = position == missed ? attempts + 1 : 0;
                missed = position;
                try {
                    int direct = miss(target, done, position, wanted - got, attempts);
                    if (direct < 0) {
                        return done;
                    }
                    done += direct;
                } catch (FuseException e) {
                    if (done > 0) {
                        return done;
                    }
                    throw e;
                }
            }
        }
        return done;
    }

    /** As Linux: with AUTO_INVAL_DATA attributes that have timed out are requested, else only to read at the end of the file. */
    private void refresh(long end) {
        boolean checks = end > size() || superblock.port.negotiated().has(InitFlag.AUTO_INVAL_DATA);
        if (checks) {
            requests.update(inode, handle.fh, StatField.SIZE);
        }
    }

    /** A page is not cached. Returns the bytes that were read past the cache: 0 if it was filled, -1 at the end of the file. */
    private int miss(MemorySegment target, long at, long position, long wanted, int attempts) {
        if (attempts < ATTEMPTS) {
            long count = (position + wanted - 1) / PAGE - position / PAGE + 1;
            if (fill(position / PAGE, Math.max(count, readahead.demand(position, wanted, size()) / PAGE))) {
                return 0;
            }
        }
        int piece = (int) Math.min(wanted, PAGE - position % PAGE);
        int got = uncached.read(target, at, position, piece);
        require(got >= 0, Errno.orEio(-got));
        if (got < piece && superblock.writeBack.isLocal(inode)) {
            // A hole at the end of what the server has.
            target.asSlice(at + got, piece - got).fill((byte) 0);
            return piece;
        }
        return got == 0 ? -1 : got;
    }

    /** Fills a page, or waits until another reader has, or finds that it need not. Returns false without memory. */
    boolean fill(long page, long count) {
        Fill pending = pages.pending(page);
        if (pending != null) {
            await(pending);
            return true;
        }
        int most = superblock.port.negotiated().maxRead() / PAGE;
        Fill first = pages.begin(page, (int) Math.min(count, most));
        if (first == null) {
            return true;
        }
        if (first.length() == 0) {
            return false;
        }
        if (count <= most || !isAsynchronous()) {
            return demand(first);
        }
        var all = new ArrayList<>(List.of(first));
        for (long next = page + most; next < page + count
                && all.size() < superblock.port.negotiated().maxBackground(); next += most) {
            Fill more = pages.begin(next, (int) Math.min(page + count - next, most));
            if (more != null && more.length() > 0) {
                all.add(more);
            }
        }
        all.forEach(this::submit);
        await(first);
        return first.error() != Errno.ENOMEM;
    }

    private boolean isAsynchronous() { return superblock.port.negotiated().has(InitFlag.ASYNC_READ); }

    private void await(Fill fill) {
        try {
            while (!fill.await(LOOK)) {
                require(!handle.isInterrupted(), Errno.EINTR);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        }
        // A reader that was interrupted, or looked ahead, had no reason of this reader's to fail.
        require(fill.error() == Errno.OK || fill.error() == Errno.EINTR || !fill.isDemanded(), fill.error());
    }

    /** Sends the READ of a fill and waits for it. Returns false without memory for it. */
    private boolean demand(Fill fill) {
        long version = superblock.attributes.version();
        Errno error = Errno.EIO;
        Request request = null;
        try {
            request = request(fill);
            fill.demand();
            handle.call(request);
            error = Errno.OK;
            return true;
        } catch (FuseException e) {
            error = e.errno();
            if (request == null && error == Errno.ENOMEM) {
                return false;
            }
            throw e;
        } finally {
            end(fill, request, error, version);
            if (request != null) {
                request.close();
            }
        }
    }

    /** Sends the READ of a fill in the background, unless there is no memory for it. */
    private void submit(Fill fill) {
        long version = superblock.attributes.version();
        if (!handle.tryBegin()) {
            end(fill, null, Errno.EBADF, version);
            return;
        }
        Errno failure = Errno.EIO;
        Request made = null;
        try {
            made = request(fill);
        } catch (FuseException e) {
            failure = e.errno();
        } finally {
            if (made == null) {
                end(fill, null, failure, version);
                handle.end();
            }
        }
        if (made == null) {
            return;
        }
        Request request = made;
        superblock.port.submit(request, error -> {
            try {
                end(fill, request, error, version);
            } finally {
                handle.endFromReply();
            }
        });
    }

    private Request request(Fill fill) {
        Request request = handle.request(Opcode.READ).replyRoom(fill.length());
        ReadIn.FH.set(request.arguments(), handle.fh);
        ReadIn.OFFSET.set(request.arguments(), fill.offset());
        ReadIn.SIZE_FIELD.set(request.arguments(), fill.length());
        ReadIn.FLAGS.set(request.arguments(), handle.flags);
        return request;
    }

    /** A short READ ends the file there, unless the size is local or was changed since: then there is a hole. */
    private void end(Fill fill, Request request, Errno error, long version) {
        superblock.accessed(inode);
        if (error != Errno.OK) {
            pages.end(fill, MemorySegment.NULL, 0, 0, error);
            return;
        }
        try {
            long length = request.replySize();
            if (length < fill.length() && !superblock.writeBack.isLocal(inode) && !pages.updates().isWriting()) {
                superblock.attributes.shortRead(inode, fill.offset() + length, version);
            }
        } finally {
            pages.end(fill, request.reply(), 0, request.replySize(), error);
        }
    }

    /** Fills what lies ahead of a sequential reader, unless the server has enough to do. */
    private void ahead(long position) {
        if (!readahead.isDue(position)) {
            return;
        }
        long size = size();
        ConnectionInfo negotiated = superblock.port.negotiated();
        if (!negotiated.has(InitFlag.ASYNC_READ) || superblock.port.isCongested()) {
            return;
        }
        Readahead.Window window = readahead.next(position, size);
        if (window.length() <= 0) {
            return;
        }
        long page = window.offset() / PAGE;
        long end = (Math.min(window.offset() + window.length(), size) + PAGE - 1) / PAGE;
        while (page < end) {
            int count = (int) Math.min(end - page, negotiated.maxRead() / PAGE);
            Fill fill = pages.begin(page, count);
            if (fill != null && fill.length() == 0) {
                return;
            }
            if (fill != null) {
                submit(fill);
            }
            page += fill == null ? 1 : fill.length() / PAGE;
        }
    }
}
