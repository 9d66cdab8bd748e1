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
import org.hexfuse.vfs.page.FilePages;

/**
 * The attributes of inodes: the newest that the server sent, which of them are valid and for how long, and what was changed here since.
 *
 * <p>Attributes are valid field by field ({@link StatField}, Linux's {@code inval_mask}): a READ makes the atime invalid and nothing else,
 * so that permissions are checked without a request.
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
    /** Of a file whose size and times are local they are always valid. */
    private static final int LOCAL = StatField.SIZE | StatField.MTIME | StatField.CTIME;

    private volatile BooleanSupplier writebackCache = () -> false;
    private volatile BooleanSupplier autoInvalData = () -> false;
    private volatile BooleanSupplier explicitInvalData = () -> false;
    private final AtomicLong version = new AtomicLong();
    private final CacheClock clock;

    AttributeCache(CacheClock clock) {
        this.clock = clock;
    }

    /** {@code negotiated} says whether the server asked for the writeback cache; it is called after INIT only. */
    public void writebackCacheIf(BooleanSupplier negotiated) {
        writebackCache = negotiated;
    }

    /** The suppliers say whether AUTO_INVAL_DATA and EXPLICIT_INVAL_DATA were negotiated; they are called after INIT only. */
    public void invalidateDataIf(BooleanSupplier auto, BooleanSupplier explicit) {
        autoInvalData = auto;
        explicitInvalData = explicit;
    }

    /** Whether the local size, mtime and ctime of an inode win over the server's. */
    public boolean isLocal(Inode inode) {
        return inode.type() == FileType.REGULAR && writebackCache.getAsBoolean();
    }

    /** The version to compare with changes that are made while a request is in flight. */
    public long version() {
        return version.get();
    }

    /** The attributes, unless their timeout has passed or one of them is invalid. */
    public Optional<Stat> valid(Inode inode) {
        return valid(inode, StatField.BASIC);
    }

    /** The attributes, of which those in {@code mask} are valid; nothing if they are not. */
    public Optional<Stat> valid(Inode inode, int mask) {
        Stat valid = inode.valid(mask, clock);
        if (valid == null && isLocal(inode)) {
            valid = inode.valid(mask & ~LOCAL, clock);
        }
        return Optional.ofNullable(valid);
    }

    /** Type, mode, owner and so on if those of the fields in {@code mask} are valid. Allocates nothing. */
    public Optional<CommonAttributes> validCommon(Inode inode, int mask) {
        return inode.areValid(mask, clock) ? Optional.of(inode.common()) : Optional.empty();
    }

    /** The same at a time of the clock. */
    public Optional<CommonAttributes> validCommon(Inode inode, int mask, long now) {
        return inode.areValid(mask, now) ? Optional.of(inode.common()) : Optional.empty();
    }

    /** The time of creation if it is known and the timeout of the attributes has not passed; an empty one if the filesystem has none. */
    public Optional<Optional<Timespec>> validBtime(Inode inode) {
        return inode.areValid(StatField.BTIME, clock) ? inode.btime() : Optional.empty();
    }

    /** Whether the fields in {@code mask} are valid, those that are local in any case. Allocates nothing. */
    public boolean areValid(Inode inode, int mask) {
        return inode.areValid(mask, clock) || (isLocal(inode) && inode.areValid(mask & ~LOCAL, clock));
    }

    /** Caches attributes of a reply, unless the inode was changed since {@code version}, that of before the request. */
    public void received(Inode inode, Stat attributes, long timeout, long version) {
        synchronized (inode) {
            if (!hasChangedSince(inode, version)) {
                invalidatePages(inode, attributes);
                write(inode, withLocal(inode, attributes));
                inode.validUntil(clock.deadline(timeout));
                inode.unexpire(StatField.BASIC);
                // Another client may have set capabilities.
                inode.mayHavePrivileges();
            }
        }
    }

    /** The server sent attributes: drops pages if the file was changed there, as far as that was negotiated. */
    private void invalidatePages(Inode inode, Stat received) {
        FilePages pages = inode.pages().orElse(null);
        if (pages == null || isLocal(inode)) {
            return;
        }
        Stat before = inode.read();
        boolean resized = before.size() != received.size();
        if (resized) {
            pages.truncate(Math.min(before.size(), received.size()));
            pages.drop(before.size(), Long.MAX_VALUE);
        }
        boolean modified = autoInvalData.getAsBoolean() && !before.mtime().equals(received.mtime());
        if (modified || (resized && !explicitInvalData.getAsBoolean())) {
            pages.dropAll();
        }
    }

    /** A READ has found the end of the file at {@code size}; it is believed unless the inode was changed since {@code version}. */
    public void shortRead(Inode inode, long size, long version) {
        synchronized (inode) {
            if (!hasChangedSince(inode, version) && size < inode.size()) {
                change(inode);
                inode.size(size);
            }
        }
    }

    /** Caches a time of creation that came with attributes; it stays valid as long as they. */
    public void receivedBtime(Inode inode, Optional<Timespec> btime) {
        synchronized (inode) {
            inode.btime(btime);
            inode.unexpire(StatField.BTIME);
        }
    }

    private static void write(Inode inode, Stat attributes) {
        inode.write(attributes);
        inode.dropAccessList();
    }

    /**
     * Whether an inode was changed here since a version. An inode has the low 32 bits of the version of its last change: of the numbers
     * that end so the latest is meant. An older change than four thousand million others may count as made now, which costs a reply.
     */
    public boolean hasChangedSince(Inode inode, long since) {
        int changed = inode.version();
        long now = version.get();
        return Integer.toUnsignedLong((int) now - changed) < now - since;
    }

    /** The version of the last change of an inode, as far as {@link #hasChangedSince} knows it. */
    long lastChange(Inode inode) {
        int changed = inode.version();
        long now = version.get();
        return now - Integer.toUnsignedLong((int) now - changed);
    }

    private void change(Inode inode) {
        inode.version(version.incrementAndGet());
    }

    /** The attributes that the server sent, with the local size, mtime and ctime where those win. */
    public Stat withLocal(Inode inode, Stat received) {
        if (!isLocal(inode)) {
            return received;
        }
        Stat local = inode.read();
        return withTimes(received, local.size(), local.mtime(), local.ctime());
    }

    /** {@code stat} with another size, mtime and ctime. */
    public static Stat withTimes(Stat stat, long size, Timespec mtime, Timespec ctime) {
        return new Stat(stat.ino(), stat.mode(), stat.nlink(), stat.uid(), stat.gid(), stat.rdev(), size,
                stat.blocks(), stat.blockSize(), stat.atime(), mtime, ctime);
    }

    /** Sets ctime, and with {@code content} mtime, of a file whose times are local. */
    public void touch(Inode inode, boolean content, Timespec now) {
        synchronized (inode) {
            Stat local = inode.read();
            write(inode, withTimes(local, local.size(), content ? now : local.mtime(), now));
            inode.timesDirty(true);
        }
    }

    /** The attributes if mtime and ctime are dirty, which they are no longer: the caller sends them. */
    public Optional<Stat> takeDirtyTimes(Inode inode) {
        synchronized (inode) {
            boolean dirty = inode.areTimesDirty();
            inode.timesDirty(false);
            return dirty ? Optional.of(inode.read()) : Optional.empty();
        }
    }

    /** The times could not be sent. */
    public void markTimesDirty(Inode inode) {
        synchronized (inode) {
            inode.timesDirty(true);
        }
    }

    /**
     * Caches the attributes that result from a change, and outdates replies in flight.
     *
     * @param change makes the new attributes from the present ones, under the monitor
     */
    public void changed(Inode inode, UnaryOperator<Stat> change, long timeout) {
        synchronized (inode) {
            change(inode);
            write(inode, change.apply(inode.read()));
            inode.validUntil(clock.deadline(timeout));
            inode.unexpire(StatField.BASIC);
            inode.mayHavePrivileges();
        }
    }

    /** Data was written up to {@code end}; -1 if the size is the same. Linux's {@code fuse_write_update_attr}. */
    public void written(Inode inode, long end) {
        synchronized (inode) {
            invalidate(inode, StatField.CONTENT);
            extend(inode, end);
        }
    }

    /** The server has truncated a file to nothing. */
    public void truncated(Inode inode) {
        synchronized (inode) {
            invalidate(inode, StatField.CONTENT);
            inode.size(0);
        }
    }

    /** A name of an inode was removed: it has one link less, a directory none. Linux's {@code fuse_entry_unlinked}. */
    public void unlinked(Inode inode) {
        synchronized (inode) {
            invalidate(inode, StatField.CTIME);
            Stat stat = inode.read();
            int nlink = inode.isDirectory() ? 0 : Math.max(stat.nlink() - 1, 0);
            inode.write(new Stat(stat.ino(), stat.mode(), nlink, stat.uid(), stat.gid(), stat.rdev(), stat.size(),
                    stat.blocks(), stat.blockSize(), stat.atime(), stat.mtime(), stat.ctime()));
        }
    }

    /** Extends a file by {@code length} bytes, which no other append gets. Returns where they start; EFBIG beyond the largest size. */
    public long reserve(Inode inode, long length) {
        synchronized (inode) {
            long end = inode.size();
            if (end > Long.MAX_VALUE - length) {
                throw FuseException.of(Errno.EFBIG);
            }
            reserved(inode);
            inode.size(end + length);
            return end;
        }
    }

    /** Releases what {@link #reserve} extended from {@code size} to {@code end}, if the file still ends there. */
    public void unreserve(Inode inode, long size, long end) {
        synchronized (inode) {
            reserved(inode);
            if (inode.size() == end) {
                inode.size(size);
            }
        }
    }

    private void reserved(Inode inode) {
        change(inode);
        if (!isLocal(inode)) {
            inode.expire(StatField.CONTENT);
        }
    }

    /** Expires the fields in {@code mask}, such as the atime after a READ; a reply in flight may still replace them. */
    public void expire(Inode inode, int mask) {
        if (!inode.isExpired(mask)) {
            synchronized (inode) {
                inode.expire(mask);
            }
        }
    }

    /** Expires the attributes after a change, and outdates replies in flight. */
    public void invalidate(Inode inode) {
        synchronized (inode) {
            change(inode);
            inode.validUntil(CacheClock.PASSED);
        }
    }

    /** Expires the fields in {@code mask} after a change of them, and outdates replies in flight. */
    public void invalidate(Inode inode, int mask) {
        synchronized (inode) {
            change(inode);
            inode.expire(mask);
        }
    }

    /** A file is no shorter than {@code end}; only replies in flight are outdated. */
    public void extend(Inode inode, long end) {
        synchronized (inode) {
            if (inode.size() < end) {
                change(inode);
                inode.size(end);
            }
        }
    }
}
