package org.hexfuse.vfs.cache;

import java.util.ArrayList;
import org.hexfuse.vfs.CacheLimits;

/**
 * The tree that dentries and inodes make, and what is evicted from it. A dentry holds a reference to its inode and to its directory. A
 * directory has one dentry: with a second one the first is dropped. So every walk down or up the tree terminates.
 *
 * <p>Positive and negative dentries have queues of their own, so that a flood of names that are not there evicts no files.
 *
 * <p>All under the lock of {@link InodeTable}, to be released by {@link InodeTable#unlockAndForget}.
 */
final class DentryTree {
    /** How many dentries may be evicted for one that is added, to get below the limit of inodes. */
    private static final int EVICTED_AT_ONCE = 16;
    /** Of how many dentries one stays where open files take up the limit of inodes. */
    private static final int STAYS = 8;

    private final InodeTable inodes;
    private final EvictionQueue positive;
    private final EvictionQueue negative;
    private final int maxInodes;
    private final int leastPositive;

    DentryTree(InodeTable inodes, CacheLimits limits) {
        this.inodes = inodes;
        this.positive = new EvictionQueue(limits.dentries());
        this.negative = new EvictionQueue(limits.negativeDentries());
        this.maxInodes = limits.inodes();
        this.leastPositive = Math.min(limits.dentries(), limits.inodes()) / STAYS;
    }

    private EvictionQueue queue(Dentry dentry) {
        return dentry.isNegative() ? negative : positive;
    }

    /** Whether {@code inode} is {@code directory} or an ancestor of it, as far as dentries are cached. */
    static boolean isAncestor(Inode inode, Inode directory) {
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

    /** Sets what a name leads to, null for nothing. The dentry is valid until a deadline in an epoch. */
    void put(Inode directory, byte[] name, Inode target, long validUntil, short epoch) {
        Dentry dentry = directory.child(name);
        if (dentry == null || dentry.target != target) {
            if (dentry != null) {
                drop(dentry);
            }
            if (target != null && target.isDirectory() && target.aliases != null) {
                drop(target.aliases);
            }
            EvictionQueue queue = target == null ? negative : positive;
            if (queue.isOff() || directory.isBad()) {
                return;
            }
            dentry = add(directory, name, target);
        }
        dentry.validUntil = validUntil;
        dentry.epoch = epoch;
    }

    private Dentry add(Inode directory, byte[] name, Inode target) {
        var dentry = new Dentry(directory, name, target);
        directory.hold();
        if (target != null) {
            target.hold();
            target.addAlias(dentry);
        }
        directory.addChild(dentry);
        queue(dentry).add(dentry);
        evict(dentry);
        return dentry;
    }

    private void evict(Dentry newest) {
        EvictionQueue queue = queue(newest);
        while (queue.isOverfull()) {
            Dentry victim = queue.victim(newest);
            // Only the newest is left: its name is longer than there is room for.
            drop(victim == null ? newest : victim);
        }
        for (int i = 0; i < EVICTED_AT_ONCE && inodes.count() > maxInodes && positive.count() > leastPositive; i++) {
            Dentry victim = positive.victim(newest);
            if (victim != null) {
                drop(victim);
            }
        }
    }

    void drop(Dentry dentry) {
        if (dentry.dropped) {
            return;
        }
        dentry.dropped = true;
        dentry.parent.removeChild(dentry);
        if (dentry.target != null) {
            dentry.target.removeAlias(dentry);
            inodes.put(dentry.target);
        }
        inodes.put(dentry.parent);
        queue(dentry).dropped(dentry);
    }

    /** Drops the dentry of a name, if it has one, and all below it. */
    void dropSubtree(Inode directory, byte[] name) {
        Dentry dentry = directory.child(name);
        if (dentry != null) {
            dropSubtree(dentry);
        }
    }

    /** Children first. Each dentry is met once, since a directory has one. */
    void dropSubtree(Dentry top) {
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

    void dropAll() {
        for (EvictionQueue queue : new EvictionQueue[]{positive, negative}) {
            for (Dentry dentry = queue.poll(); dentry != null; dentry = queue.poll()) {
                drop(dentry);
            }
        }
    }

    /** Moves the dentry of the old name to the new name, and drops the one there or, with {@code exchange}, moves it to the old name. */
    void move(Inode from, byte[] oldName, Inode to, byte[] newName, boolean exchange) {
        Dentry source = from.child(oldName);
        Dentry target = to.child(newName);
        Inode moved = hold(source);
        Inode other = hold(target);
        if (source != null) {
            drop(source);
        }
        if (target != null && exchange) {
            drop(target);
        } else if (target != null) {
            dropSubtree(target);
        }
        if (moved != null) {
            putMoved(to, newName, moved, source);
            inodes.put(moved);
        }
        if (other != null) {
            if (exchange) {
                putMoved(from, oldName, other, target);
            }
            inodes.put(other);
        }
    }

    /** As long valid as before. A directory that the server moved below itself gets no dentry. */
    private void putMoved(Inode directory, byte[] name, Inode inode, Dentry before) {
        if (!inode.isDirectory() || !isAncestor(inode, directory)) {
            put(directory, name, inode, before.validUntil, before.epoch);
        }
    }

    private static Inode hold(Dentry dentry) {
        if (dentry == null || dentry.target == null) {
            return null;
        }
        dentry.target.hold();
        return dentry.target;
    }
}
