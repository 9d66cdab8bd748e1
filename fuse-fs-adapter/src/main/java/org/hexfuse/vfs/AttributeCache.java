package org.hexfuse.vfs;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.FileType;

/**
 * What is known of the attributes of nodes: the newest that the server has told, for how long they may be believed, and what
 * was changed here since.
 *
 * <p>Every change made by way of this end has a version. A request notes the version before it is sent, and its answer counts
 * only for a node that was not changed since. Where size and times are this end's business
 * ({@link org.hexfuse.abi.InitFlag#WRITEBACK_CACHE}), those that it has replace those that the server tells.
 *
 * <p>The lock is that of {@link InodeTable}. What is read on the way of {@code stat(2)} needs none.
 *
 * <p>Source: Linux {@code fs/fuse/inode.c} ({@code fuse_change_attributes}), {@code dir.c} ({@code fuse_update_attributes}).
 */
final class AttributeCache {
    private volatile BooleanSupplier ownsFiles = () -> false;
    private final AtomicLong version = new AtomicLong();
    private final CacheClock clock;

    AttributeCache(CacheClock clock) {
        this.clock = clock;
    }

    /** Size and times of regular files are this end's business if {@code asked}, which is the server's choice, says so. */
    void ownsFilesIf(BooleanSupplier asked) {
        ownsFiles = asked;
    }

    /** Whether size and times of a node are this end's business, whatever the server says of them. */
    boolean owns(Inode inode) {
        return inode.type == FileType.REGULAR && ownsFiles.getAsBoolean();
    }

    /** To be compared with what changes while a request is under way. Needs no lock. */
    long version() {
        return version.get();
    }

    /** The attributes, if they may still be believed. Needs no lock. */
    Optional<Stat> believed(Inode inode) {
        return !clock.hasPassed(inode.believedUntil()) ? Optional.of(inode.attributes) : Optional.empty();
    }

    /** The server has told attributes, in the answer to a request from the time of version {@code asked}. */
    void arrived(Inode inode, Stat attributes, long timeout, long asked) {
        synchronized (inode) {
            if (inode.attributesVersion <= asked) {
                inode.attributes = withOwn(inode, attributes);
                inode.believeUntil(clock.deadline(timeout));
            }
        }
    }

    /** What the server tells of a node, with what is this end's business. */
    Stat withOwn(Inode inode, Stat told) {
        Stat own = inode.attributes;
        return owns(inode) ? told.withOwn(own.size(), own.modified(), own.changed()) : told;
    }

    /** A file that is this end's business was changed, and so was its content if {@code content}. */
    void touched(Inode inode, boolean content, Instant now) {
        synchronized (inode) {
            Stat own = inode.attributes;
            inode.attributes = own.withOwn(own.size(), content ? now : own.modified(), now);
            inode.untold = true;
        }
    }

    /** A file that is this end's business has another size. */
    void resized(Inode inode, long size) {
        synchronized (inode) {
            inode.attributes = inode.attributes.withSize(size);
        }
    }

    /** The attributes whose times the server has not heard of, if there are such; it is told of them now. */
    Optional<Stat> takeUntold(Inode inode) {
        synchronized (inode) {
            boolean there = inode.untold;
            inode.untold = false;
            return there ? Optional.of(inode.attributes) : Optional.empty();
        }
    }

    /** The server could not be told of them. */
    void untold(Inode inode) {
        synchronized (inode) {
            inode.untold = true;
        }
    }

    /** Attributes were changed by a call from here: what is under way may be older. */
    void changed(Inode inode) {
        synchronized (inode) {
            outdate(inode);
        }
    }

    /**
     * The server answered a change, and nothing older may replace that.
     *
     * @param result makes the new attributes of those that are known now, under the lock
     */
    void changed(Inode inode, UnaryOperator<Stat> result, long timeout) {
        synchronized (inode) {
            inode.attributesVersion = version.incrementAndGet();
            inode.attributes = result.apply(inode.attributes);
            inode.believeUntil(clock.deadline(timeout));
        }
    }

    /** Data was written up to {@code end}. */
    void written(Inode inode, long end) {
        synchronized (inode) {
            outdate(inode);
            extend(inode, end);
        }
    }

    /** Makes room at the end of a file for {@code length} bytes, which no other caller gets, and returns where. */
    long reserve(Inode inode, long length) {
        synchronized (inode) {
            long end = inode.attributes.size();
            outdate(inode);
            inode.attributes = inode.attributes.withSize(end + length);
            return end;
        }
    }

    /** Of the room that {@link #reserve} made up to {@code end} nothing behind {@code size} was used: it goes if it is the last. */
    void giveBack(Inode inode, long size, long end) {
        synchronized (inode) {
            outdate(inode);
            if (inode.attributes.size() == end) {
                inode.attributes = inode.attributes.withSize(size);
            }
        }
    }

    /** Attributes are to be asked for again, though what is under way is right. */
    void expire(Inode inode) {
        synchronized (inode) {
            inode.believeUntil(CacheClock.PASSED);
        }
    }

    /** What is known has changed since: what is under way may be older. */
    void outdate(Inode inode) {
        synchronized (inode) {
            inode.attributesVersion = version.incrementAndGet();
            inode.believeUntil(CacheClock.PASSED);
        }
    }

    /** A file is no shorter than {@code end}. */
    void extend(Inode inode, long end) {
        synchronized (inode) {
            if (inode.attributes.size() < end) {
                inode.attributesVersion = version.incrementAndGet();
                inode.attributes = inode.attributes.withSize(end);
            }
        }
    }
}
