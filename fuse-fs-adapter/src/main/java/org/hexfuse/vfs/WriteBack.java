package org.hexfuse.vfs;

import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.Optional;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.WriteFlag;
import org.hexfuse.device.Caller;
import org.hexfuse.device.Request;
import org.hexfuse.device.RequestPort;

/**
 * What a server gets that asked for {@link InitFlag#WRITEBACK_CACHE}: regular files whose size and times of modification and
 * change are this end's business. This end believes its own ones and not the server's, tells them by SETATTR when it flushes,
 * and appends by itself. What is written is a WRITE of the cache's, on nobody's behalf.
 *
 * <p>Data is not kept: this is a write-back cache that writes back at once. The server sees what a kernel does with one whose
 * every page is flushed as soon as it is dirty, which a kernel may do at any time.
 *
 * <p>Source: Linux {@code fs/fuse/file.c} ({@code fuse_cache_write_iter}, {@code fuse_writepages}), {@code dir.c}
 * ({@code fuse_flush_times}, {@code fuse_update_ctime}), {@code inode.c} ({@code fuse_get_cache_mask}).
 */
final class WriteBack {
    private static final int CTIME_MINOR = 23;

    private final Superblock superblock;
    private final RequestPort port;
    private final AttributeCache attributes;

    WriteBack(Superblock superblock) {
        this.superblock = superblock;
        this.port = superblock.port;
        this.attributes = superblock.attributes;
    }

    /** Whether size and times of a node are this end's business. */
    boolean owns(Inode inode) {
        return attributes.owns(inode);
    }

    /** Whether what is written to an open file goes by the cache. */
    boolean takes(Handle handle, boolean killsSetId) {
        return owns(handle.inode) && !killsSetId && (handle.openFlags & OpenOutFlag.DIRECT_IO.mask()) == 0
                && (handle.flags & OpenFlag.DIRECT.bits()) == 0;
    }

    /** The request for a WRITE by the cache. */
    Request write(Handle handle) {
        return port.newRequest(Opcode.WRITE, handle.inode.number(), Caller.KERNEL);
    }

    /** The flags of one. */
    static int writeFlags() {
        return (int) WriteFlag.CACHE.mask();
    }

    /** The present time, in the steps in which the filesystem keeps times. */
    Instant now() {
        Instant now = Instant.now();
        long step = port.negotiated().timeGranularity();
        return now.minusNanos(now.getLong(ChronoField.NANO_OF_SECOND) % step);
    }

    /** Adds to a change what this end has to say of the times. */
    AttributeChange complete(Inode inode, AttributeChange change) {
        if (owns(inode)) {
            change.ownTimes(now(), port.negotiated().minor() >= CTIME_MINOR);
        }
        return change;
    }

    /** A name, a link or an attribute of a file was changed: so was the file, just now, which the server is told at once. */
    void changed(Inode inode, Caller caller) {
        if (owns(inode)) {
            attributes.touched(inode, false, now());
            try {
                tell(inode, new AttributeChange(), caller);
            } catch (FuseException _) {
                // It is not the change that failed, and the times are told with the next flush.
            }
        }
    }

    /** Data was written up to {@code end}, or the file was made longer up to there; -1 if it has the size it had. */
    void written(Inode inode, long end) {
        if (owns(inode)) {
            attributes.touched(inode, true, now());
        }
        if (end >= 0) {
            attributes.written(inode, end);
        }
    }

    /** The server cut a file when it was opened. */
    void truncated(Inode inode) {
        if (owns(inode)) {
            attributes.resized(inode, 0);
            attributes.touched(inode, true, now());
        }
        attributes.changed(inode);
    }

    /** Tells the server the times that it has not heard of. */
    void flush(Handle handle) {
        if (owns(handle.inode)) {
            tell(handle.inode, new AttributeChange().handle(handle), handle.caller);
        }
    }

    private void tell(Inode inode, AttributeChange change, Caller caller) {
        Optional<Stat> own = attributes.takeUntold(inode);
        if (own.isEmpty()) {
            return;
        }
        change.ownTimes(own.get().modified(), own.get().changed(), port.negotiated().minor() >= CTIME_MINOR);
        try (Request request = superblock.request(Opcode.SETATTR, inode, caller)) {
            change.write(request.arguments());
            // It tells of what has happened already, and after a close nobody would tell it again.
            port.call(request.force());
        } catch (FuseException e) {
            attributes.untold(inode);
            throw e;
        }
    }
}
