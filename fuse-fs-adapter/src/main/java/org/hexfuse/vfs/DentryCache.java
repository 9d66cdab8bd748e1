package org.hexfuse.vfs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;

/**
 * The dentries of one superblock, positive and negative, each with its entry timeout. Bounded: of more dentries than there is
 * room for, those are evicted that were not used since the last look (second chance).
 *
 * <p><b>Locking.</b> {@link #find} takes no lock: a directory's children are a concurrent map, an inode is taken only while its
 * reference count is not zero. Everything that changes the tree holds the lock of {@link InodeTable}. No request is sent under
 * it; FORGETs go out after it is released.
 *
 * <p><b>The tree.</b> A dentry holds a reference to its inode and to its directory. A directory has one dentry: when the server
 * answers the lookup of a second name with it, the first is dropped, and a directory that is its own ancestor is ELOOP. So
 * every walk down or up the tree ends.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c} ({@code fuse_dentry_revalidate}), {@code fs/dcache.c} ({@code d_splice_alias}).
 */
final class DentryCache {
    /** What {@link #find} returns for a negative dentry. */
    static final Inode ABSENT = new Inode(0, 0, Replies.unknownRoot());

    /** How many dropped dentries the queue may hold beside twice those that count. */
    private static final int MANY_DROPPED = 64;

    final InodeTable nodes;
    private final CacheClock clock;
    private final ReentrantLock lock;
    /** In the order in which they are looked at for eviction. Holds dropped ones too, until it meets them. */
    private final ArrayDeque<Dentry> queue = new ArrayDeque<>();
    private final int capacity;
    private int size;
    private volatile long epoch;

    /** Room for {@code capacity} dentries, of inodes that are in {@link #nodes}. */
    DentryCache(int capacity, CacheClock clock) {
        this.capacity = capacity;
        this.clock = clock;
        this.nodes = new InodeTable(clock);
        this.lock = nodes.lock;
    }

    /**
     * The dentry of a name, if it is cached and its entry timeout has not passed. Takes no lock and no reference: its inode may
     * be forgotten at any time.
     */
    Dentry peek(Inode directory, Name name) {
        Dentry dentry = directory.child(name);
        if (dentry == null || dentry.epoch != epoch || clock.hasPassed(dentry.validUntil)
                || (dentry.target != null && dentry.target.bad)) {
            return null;
        }
        if (!dentry.referenced) {
            dentry.referenced = true;
        }
        return dentry;
    }

    /** The inode of a name as far as it is cached, with a reference for the caller, or {@link #ABSENT}. */
    Optional<Inode> find(Inode directory, Name name) {
        Dentry dentry = peek(directory, name);
        if (dentry == null) {
            return Optional.empty();
        }
        if (dentry.target == null) {
            return Optional.of(ABSENT);
        }
        return dentry.target.tryHold() ? Optional.of(dentry.target) : Optional.empty();
    }

    /**
     * The server has answered a LOOKUP, which counts in the node's lookup count.
     *
     * @param asked the {@link AttributeCache#version} from before the request
     * @return the inode, with a reference for the caller
     * @throws FuseException ELOOP for a directory that {@code directory} is below of
     */
    Inode entered(Inode directory, Name name, EntryReply entry, long asked) {
        lock.lock();
        try {
            return enter(directory, name, entry, asked);
        } finally {
            nodes.unlockAndForget();
        }
    }

    /** The same of a node that was created, which changed its directory. */
    Inode created(Inode directory, Name name, EntryReply entry, long asked) {
        lock.lock();
        try {
            Inode inode = enter(directory, name, entry, asked);
            nodes.attributes.outdate(directory);
            return inode;
        } finally {
            nodes.unlockAndForget();
        }
    }

    private Inode enter(Inode directory, Name name, EntryReply entry, long asked) {
        Inode inode = nodes.learn(entry, asked);
        if (inode.isDirectory() && isAncestor(inode, directory)) {
            nodes.unuse(inode);
            throw FuseException.of(Errno.ELOOP, "the server says that a directory lies below itself");
        }
        rememberIfSure(directory, name, inode, entry.entryTimeout(), asked);
        return inode;
    }

    /** Whether {@code directory} lies in {@code inode}, or is it, as far as is cached. */
    private static boolean isAncestor(Inode inode, Inode directory) {
        Inode at = directory;
        while (at != inode) {
            Dentry alias = at.aliases;
            if (alias == null) {
                return false;
            }
            at = alias.parent;
        }
        return true;
    }

    /** The server has answered with a negative entry and its timeout. */
    void absent(Inode directory, Name name, long timeout, long asked) {
        lock.lock();
        try {
            rememberIfSure(directory, name, null, timeout, asked);
        } finally {
            nodes.unlockAndForget();
        }
    }

    /** If the directory was changed since the request, its answer may be older than the change: nothing is cached. */
    private void rememberIfSure(Inode directory, Name name, Inode target, long timeout, long asked) {
        if (directory.attributesVersion <= asked) {
            remember(directory, name, target, clock.deadline(timeout));
        } else {
            dropTree(directory, name);
        }
    }

    private void remember(Inode directory, Name name, Inode target, long validUntil) {
        Dentry dentry = directory.child(name);
        if (dentry == null || dentry.target != target) {
            if (dentry != null) {
                drop(dentry);
            }
            if (target != null && target.isDirectory() && target.aliases != null) {
                drop(target.aliases);
            }
            if (capacity == 0 || directory.bad) {
                return;
            }
            dentry = add(directory, name, target);
        }
        dentry.validUntil = validUntil;
        dentry.epoch = epoch;
    }

    private Dentry add(Inode directory, Name name, Inode target) {
        var dentry = new Dentry(directory, name, target);
        directory.hold();
        if (target != null) {
            target.hold();
            target.addAlias(dentry);
        }
        directory.addChild(dentry);
        queue.add(dentry);
        size++;
        if (size > capacity) {
            evict(dentry);
        }
        return dentry;
    }

    /**
     * Drops the first dentry that was not used since it was last met and has nothing below it, which would keep its inode; after
     * two rounds any but {@code newest}.
     */
    private void evict(Dentry newest) {
        int rounds = 2 * queue.size();
        for (int i = 0; size > capacity; i++) {
            Dentry first = queue.poll();
            boolean isParent = first.target != null && !first.target.hasNoChildren();
            if (first.dropped) {
                continue;
            }
            if (first == newest || (i < rounds && (first.referenced || isParent))) {
                first.referenced = false;
                queue.add(first);
            } else {
                drop(first);
            }
        }
    }

    private void drop(Dentry dentry) {
        if (dentry.dropped) {
            return;
        }
        dentry.dropped = true;
        size--;
        dentry.parent.removeChild(dentry);
        if (dentry.target != null) {
            dentry.target.removeAlias(dentry);
            nodes.unuse(dentry.target);
        }
        nodes.unuse(dentry.parent);
        if (queue.size() > 2 * capacity + MANY_DROPPED) {
            queue.removeIf(queued -> queued.dropped);
        }
    }

    /** Invalidates a dentry and all below it. */
    void drop(Inode directory, Name name) {
        lock.lock();
        try {
            dropTree(directory, name);
        } finally {
            nodes.unlockAndForget();
        }
    }

    /** A name was removed from its directory, which changed it. */
    void removed(Inode directory, Name name) {
        lock.lock();
        try {
            nodes.attributes.outdate(directory);
            dropTree(directory, name);
        } finally {
            nodes.unlockAndForget();
        }
    }

    private void dropTree(Inode directory, Name name) {
        Dentry dentry = directory.child(name);
        if (dentry != null) {
            dropTree(dentry);
        }
    }

    /** Invalidates a dentry if it is positive. */
    void dropIfThere(Inode directory, Name name) {
        lock.lock();
        try {
            Dentry dentry = directory.child(name);
            if (dentry != null && dentry.target != null) {
                dropTree(dentry);
            }
        } finally {
            nodes.unlockAndForget();
        }
    }

    /** What is below goes first. Each dentry is met once, since a directory has one. */
    private void dropTree(Dentry top) {
        if (top.target == null || top.target.hasNoChildren()) {
            drop(top);
            return;
        }
        var below = new ArrayList<Dentry>();
        below.add(top);
        for (int i = 0; i < below.size(); i++) {
            Inode target = below.get(i).target;
            if (target != null) {
                below.addAll(target.children());
            }
        }
        below.reversed().forEach(this::drop);
    }

    /**
     * A rename: the old name's inode has the new name, and what had it is gone or, with {@code exchange}, has the old one. Both
     * directories were changed.
     *
     * @param asked the {@link AttributeCache#version} from before the request
     */
    void renamed(Inode from, Name oldName, Inode to, Name newName, boolean exchange, long asked) {
        lock.lock();
        try {
            boolean sure = from.attributesVersion <= asked && to.attributesVersion <= asked;
            nodes.attributes.outdate(from);
            nodes.attributes.outdate(to);
            if (sure) {
                move(from, oldName, to, newName, exchange);
            } else {
                dropTree(from, oldName);
                dropTree(to, newName);
            }
        } finally {
            nodes.unlockAndForget();
        }
    }

    private void move(Inode from, Name oldName, Inode to, Name newName, boolean exchange) {
        Dentry source = from.child(oldName);
        Dentry target = to.child(newName);
        Inode moved = hold(source);
        Inode other = hold(target);
        long movedUntil = source == null ? 0 : source.validUntil;
        long otherUntil = target == null ? 0 : target.validUntil;
        if (source != null) {
            drop(source);
        }
        if (target != null && exchange) {
            drop(target);
        } else if (target != null) {
            dropTree(target);
        }
        if (moved != null) {
            rememberMoved(to, newName, moved, movedUntil);
            nodes.unuse(moved);
        }
        if (other != null) {
            if (exchange) {
                rememberMoved(from, oldName, other, otherUntil);
            }
            nodes.unuse(other);
        }
    }

    /** A server that moves a directory below itself is not believed. */
    private void rememberMoved(Inode directory, Name name, Inode inode, long validUntil) {
        if (!inode.isDirectory() || !isAncestor(inode, directory)) {
            remember(directory, name, inode, validUntil);
        }
    }

    private static Inode hold(Dentry dentry) {
        if (dentry == null || dentry.target == null) {
            return null;
        }
        dentry.target.hold();
        return dentry.target;
    }

    /** Drops all dentries; inodes without a reference are forgotten. */
    void dropAll() {
        lock.lock();
        try {
            queue.forEach(dentry -> dentry.referenced = false);
            while (!queue.isEmpty()) {
                drop(queue.poll());
            }
        } finally {
            nodes.unlockAndForget();
        }
    }

    /**
     * NOTIFY_INVAL_ENTRY and NOTIFY_DELETE: invalidates a dentry, even where the server errs in its inode.
     *
     * @param child the node that the server says the name has; 0 for any
     * @return OK; ENOENT if the name is not cached, or has another node; ENOTDIR if {@code parent} is no directory; ENOTEMPTY if
     *         it is a directory in which something is still in use
     */
    Errno invalidate(long parent, Name name, long child, boolean expireOnly) {
        lock.lock();
        try {
            Inode directory = nodes.get(parent);
            if (directory != null && !directory.isDirectory()) {
                return Errno.ENOTDIR;
            }
            Dentry dentry = directory == null ? null : directory.child(name);
            if (dentry == null) {
                return Errno.ENOENT;
            }
            nodes.attributes.outdate(directory);
            Inode target = dentry.target;
            List<Dentry> below = target == null || child == 0 ? List.of() : List.copyOf(target.children());
            if (expireOnly) {
                dentry.validUntil = CacheClock.PASSED;
            } else {
                dropTree(dentry);
            }
            if (child == 0 || target == null) {
                return Errno.OK;
            }
            boolean isUsedBelow = below.stream().anyMatch(DentryCache::isStillUsed);
            return target.node != child ? Errno.ENOENT : isUsedBelow ? Errno.ENOTEMPTY : Errno.OK;
        } finally {
            nodes.unlockAndForget();
        }
    }

    /** Whether the inode of a dropped dentry is in use by more than names; a file with hard links may be cached by those. */
    private static boolean isStillUsed(Dentry dropped) {
        return dropped.target != null && dropped.target.uses() > 0
                && (dropped.target.isDirectory() || dropped.target.attributes.links() <= 1);
    }

    /** Invalidates all dentries: each is looked up again. */
    void nextEpoch() {
        lock.lock();
        try {
            long next = epoch + 1;
            epoch = next;
        } finally {
            lock.unlock();
        }
    }

    /** NOTIFY_PRUNE: drops the dentries of inodes that have no children in the cache. */
    void prune(long[] numbers) {
        for (long node : numbers) {
            lock.lock();
            try {
                Inode inode = nodes.get(node);
                while (inode != null && inode.aliases != null && inode.hasNoChildren()) {
                    drop(inode.aliases);
                }
            } finally {
                nodes.unlockAndForget();
            }
        }
    }
}
