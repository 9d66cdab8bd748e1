package org.hexfuse.vfs.mount;

import java.util.Optional;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.WriteFlag;
import org.hexfuse.device.Request;
import org.hexfuse.device.RequestPort;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.cache.AttributeCache;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.StatField;
import org.hexfuse.vfs.page.PageWriter;
import org.hexfuse.vfs.request.SetattrArguments;

/**
 * Regular files with the writeback cache ({@link InitFlag#WRITEBACK_CACHE}): the local size, mtime and ctime win over the server's,
 * dirty times are sent by SETATTR at the next flush, and appends are local. A WRITE carries WRITE_CACHE and no caller.
 *
 * <p>Data is cached by {@link org.hexfuse.vfs.page.DirtyPages}; without, each write is written back at once, as a kernel may do with every
 * dirty page at any time.
 *
 * <p>Source: Linux {@code fs/fuse/file.c} ({@code fuse_cache_write_iter}, {@code fuse_writepages}), {@code dir.c}
 * ({@code fuse_flush_times}, {@code fuse_update_ctime}), {@code inode.c} ({@code fuse_get_cache_mask}).
 */
public final class WriteBack {
    private static final int CTIME_MINOR = 23;

    private final Superblock superblock;
    private final RequestPort port;
    private final AttributeCache attributes;

    WriteBack(Superblock superblock) {
        this.superblock = superblock;
        this.port = superblock.port;
        this.attributes = superblock.attributes;
    }

    /** Whether the local size, mtime and ctime of an inode win over the server's. */
    public boolean isLocal(Inode inode) {
        return attributes.isLocal(inode);
    }

    /**
     * Whether a write goes through the cache.
     *
     * @param direct whether the open file bypasses the page cache
     */
    public boolean isCached(Inode inode, boolean direct, boolean killSuidgid) {
        return isLocal(inode) && !killSuidgid && !direct;
    }

    /** The request for a WRITE by the cache. */
    public Request newWrite(Inode inode) {
        return port.newRequest(Opcode.WRITE, inode.usableNodeId(), Caller.KERNEL);
    }

    /** The WRITE flags of one. */
    public static int writeFlags() {
        return (int) WriteFlag.CACHE.mask();
    }

    /** The present time, in the negotiated granularity. */
    public Timespec now() {
        Timespec now = Timespec.now();
        return new Timespec(now.seconds(), now.nanos() - now.nanos() % port.negotiated().timeGranularity());
    }

    /** Completes a SETATTR with local times. */
    public void complete(Inode inode, SetattrArguments arguments) {
        if (isLocal(inode)) {
            arguments.localClock(now(), sendsCtime());
        }
    }

    private boolean sendsCtime() {
        return superblock.minor() >= CTIME_MINOR;
    }

    /** A name, a link or an extended attribute of a file was changed: sets ctime and sends it. */
    public void changed(Inode inode, Caller caller) {
        if (isLocal(inode)) {
            attributes.touch(inode, false, now());
            try {
                flush(inode, caller);
            } catch (FuseException _) {
                // The change itself has succeeded. The times stay dirty until the next flush.
            }
        }
    }

    /** The server is about to change the content at the request of a caller: sets mtime and ctime, which the next flush sends. */
    public void modified(Inode inode) {
        if (isLocal(inode)) {
            attributes.touch(inode, true, now());
        }
    }

    /** The server has written data up to {@code end}, or extended the file to there; -1 if its size is the same. */
    public void written(Inode inode, long end) {
        if (isLocal(inode)) {
            attributes.touch(inode, true, now());
        }
        attributes.written(inode, end);
        superblock.dentries.changed(inode);
    }

    /** Data was written up to {@code end} by the cache: no attribute becomes invalid, see {@link #flushed}. */
    public void writtenByCache(Inode inode, long end) {
        attributes.touch(inode, true, now());
        attributes.extend(inode, end);
        superblock.dentries.changed(inode);
    }

    /** FLUSH has succeeded, or is not supported: with the writeback cache only the server knows the number of blocks. */
    public void flushed(Inode inode) {
        if (port.negotiated().has(InitFlag.WRITEBACK_CACHE)) {
            attributes.expire(inode, StatField.BLOCKS);
        }
    }

    /** The server truncated a file by O_TRUNC. */
    public void truncated(Inode inode) {
        attributes.truncated(inode);
        if (isLocal(inode)) {
            attributes.touch(inode, true, now());
        }
        superblock.dentries.changed(inode);
    }

    /** Sends dirty times through an open file. */
    public void flush(Inode inode, Caller caller, long fh, long lockOwner) {
        if (isLocal(inode)) {
            sendDirtyTimes(inode, new SetattrArguments().handle(fh, lockOwner), caller);
        }
    }

    /** The same through any file that is open for writing and cached, as by {@code __fuse_write_file_get}, or through none. */
    public void flush(Inode inode, Caller caller) {
        if (!isLocal(inode)) {
            return;
        }
        Optional<PageWriter> writer = inode.pages().flatMap(pages -> pages.dirty().acquireWriter());
        try {
            var arguments = new SetattrArguments();
            writer.ifPresent(open -> arguments.handle(open.fh(), 0));
            sendDirtyTimes(inode, arguments, caller);
        } finally {
            writer.ifPresent(PageWriter::release);
        }
    }

    private void sendDirtyTimes(Inode inode, SetattrArguments arguments, Caller caller) {
        Optional<Stat> dirty = attributes.takeDirtyTimes(inode);
        if (dirty.isEmpty()) {
            return;
        }
        arguments.localTimes(dirty.get().mtime(), dirty.get().ctime(), sendsCtime());
        try (Request request = superblock.request(Opcode.SETATTR, inode, caller)) {
            arguments.write(request.arguments());
            // Forced: after a close nobody would send the times again.
            port.call(request.force());
        } catch (FuseException e) {
            attributes.markTimesDirty(inode);
            throw e;
        }
    }
}
