package org.hexfuse.vfs.cache;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.Stat;

/**
 * The attributes of inodes: the newest that the server sent, for how long they are valid, and what was changed here since.
 *
 * <p>Every local change has a version (Linux's {@code attr_version}). A request notes the version before it is sent, and its
 * reply is dropped for an inode that was changed since. With the writeback cache
 * ({@link org.hexfuse.abi.InitFlag#WRITEBACK_CACHE}) the local size, mtime and ctime of a regular file win over the server's.
 *
 * <p>Any thread may call any method. Changes hold the monitor of the inode; {@link #valid} takes no lock.
 *
 * <p>Source: Linux {@code fs/fuse/inode.c} ({@code fuse_change_attributes}), {@code dir.c} ({@code fuse_update_attributes}).
 */
public final class AttributeCache {
    private volatile BooleanSupplier writebackCache = () -> false;
    private final AtomicLong version = new AtomicLong();
    private final CacheClock clock;

    AttributeCache(CacheClock clock) {
        this.clock = clock;
    }

    /** {@code negotiated} says whether the server asked for the writeback cache; it is called after INIT only. */
    public void writebackCacheIf(BooleanSupplier negotiated) {
        writebackCache = negotiated;
    }

    /** Whether the local size, mtime and ctime of an inode win over the server's. */
    public boolean isLocal(Inode inode) {
        return inode.type == FileType.REGULAR && writebackCache.getAsBoolean();
    }

    /** The version to compare with changes that are made while a request is in flight. */
    public long version() {
        return version.get();
    }

    /** The attributes, unless their timeout has passed. */
    public Optional<Stat> valid(Inode inode) {
        return !clock.hasPassed(inode.attributesValidUntil()) ? Optional.of(inode.attributes) : Optional.empty();
    }

    /** Caches attributes of a reply, unless the inode was changed since {@code version}, that of before the request. */
    public void received(Inode inode, Stat attributes, long timeout, long version) {
        synchronized (inode) {
            if (inode.attributesVersion <= version) {
                inode.attributes = withLocal(inode, attributes);
                inode.attributesValidUntil(clock.deadline(timeout));
            }
        }
    }

    /** The attributes that the server sent, with the local size, mtime and ctime where those win. */
    public Stat withLocal(Inode inode, Stat received) {
        Stat local = inode.attributes;
        return isLocal(inode) ? withTimes(received, local.size(), local.mtime(), local.ctime()) : received;
    }

    /** {@code stat} with another size, mtime and ctime. */
    public static Stat withTimes(Stat stat, long size, Timespec mtime, Timespec ctime) {
        return new Stat(stat.ino(), stat.mode(), stat.nlink(), stat.uid(), stat.gid(), stat.rdev(), size,
                stat.blocks(), stat.blockSize(), stat.atime(), mtime, ctime);
    }

    private static Stat withSize(Stat stat, long size) {
        return withTimes(stat, size, stat.mtime(), stat.ctime());
    }

    /** Sets ctime, and with {@code content} mtime, of a file whose times are local. */
    public void touch(Inode inode, boolean content, Timespec now) {
        synchronized (inode) {
            Stat local = inode.attributes;
            inode.attributes = withTimes(local, local.size(), content ? now : local.mtime(), now);
            inode.timesDirty = true;
        }
    }

    /** Sets the size of a file whose size is local. */
    public void resize(Inode inode, long size) {
        synchronized (inode) {
            inode.attributes = withSize(inode.attributes, size);
        }
    }

    /** The attributes if mtime and ctime are dirty, which they are no longer: the caller sends them. */
    public Optional<Stat> takeDirtyTimes(Inode inode) {
        synchronized (inode) {
            boolean dirty = inode.timesDirty;
            inode.timesDirty = false;
            return dirty ? Optional.of(inode.attributes) : Optional.empty();
        }
    }

    /** The times could not be sent. */
    public void markTimesDirty(Inode inode) {
        synchronized (inode) {
            inode.timesDirty = true;
        }
    }

    /**
     * Caches the attributes that result from a change, and outdates replies in flight.
     *
     * @param change makes the new attributes from the present ones, under the monitor
     */
    public void changed(Inode inode, UnaryOperator<Stat> change, long timeout) {
        synchronized (inode) {
            inode.attributesVersion = version.incrementAndGet();
            inode.attributes = change.apply(inode.attributes);
            inode.attributesValidUntil(clock.deadline(timeout));
        }
    }

    /** Data was written up to {@code end}. */
    public void written(Inode inode, long end) {
        synchronized (inode) {
            invalidate(inode);
            extend(inode, end);
        }
    }

    /** Extends a file by {@code length} bytes, which no other append gets. Returns where they start; EFBIG beyond the largest size. */
    public long reserve(Inode inode, long length) {
        synchronized (inode) {
            long end = inode.attributes.size();
            if (end > Long.MAX_VALUE - length) {
                throw FuseException.of(Errno.EFBIG);
            }
            invalidate(inode);
            inode.attributes = withSize(inode.attributes, end + length);
            return end;
        }
    }

    /** Releases what {@link #reserve} extended from {@code size} to {@code end}, if the file still ends there. */
    public void unreserve(Inode inode, long size, long end) {
        synchronized (inode) {
            invalidate(inode);
            if (inode.attributes.size() == end) {
                inode.attributes = withSize(inode.attributes, size);
            }
        }
    }

    /** Expires the attributes; a reply in flight may still replace them. */
    public void expire(Inode inode) {
        synchronized (inode) {
            inode.attributesValidUntil(CacheClock.PASSED);
        }
    }

    /** Expires the attributes after a change, and outdates replies in flight. */
    public void invalidate(Inode inode) {
        synchronized (inode) {
            inode.attributesVersion = version.incrementAndGet();
            inode.attributesValidUntil(CacheClock.PASSED);
        }
    }

    /** A file is no shorter than {@code end}. */
    void extend(Inode inode, long end) {
        synchronized (inode) {
            if (inode.attributes.size() < end) {
                inode.attributesVersion = version.incrementAndGet();
                inode.attributes = withSize(inode.attributes, end);
            }
        }
    }
}
