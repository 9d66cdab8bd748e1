package org.hexfuse.vfs.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.vfs.CacheLimits;

/**
 * The dentries of one superblock, positive and negative, each with its entry timeout. Bounded by {@link CacheLimits}: of more dentries
 * than there is room for, those are evicted that were not used since the last examination (second chance).
 *
 * <p><b>Locking.</b> {@link #find} takes no lock: a directory's children are in a {@link ChildTable}, an inode is taken only while its
 * reference count is not zero. Everything that changes the tree holds the lock of {@link InodeTable}. No request is sent under
 * it; FORGETs go out after it is released.
 *
 * <p><b>The tree</b> is {@link DentryTree}'s. When the server answers the lookup of a second name with a directory, the first is dropped,
 * and a directory that is its own ancestor is ELOOP.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c} ({@code fuse_dentry_revalidate}), {@code fs/dcache.c} ({@code d_splice_alias}).
 */
public final class DentryCache {
    /** What {@link #find} returns for a negative dentry. */
    public static final Inode NEGATIVE = new Inode(0, 0, Inode.UNKNOWN_DIRECTORY);

    private final InodeTable inodes;
    private final DentryTree tree;
    private final DirectoryWatches watches = new DirectoryWatches();
    private final CacheClock clock;
    private final ReentrantLock lock;
    private volatile int epoch;

    /** Room for so many names, see {@link CacheLimits#ofNames}. */
    public DentryCache(int names, CacheClock clock) {
        this(CacheLimits.ofNames(names), clock);
    }

    /** An empty one. */
    public DentryCache(CacheLimits limits, CacheClock clock) {
        this.clock = clock;
        this.inodes = new InodeTable(limits, clock);
        this.tree = new DentryTree(inodes, limits);
        this.lock = inodes.lock;
    }

    /** The inodes that the dentries are of. */
    public InodeTable inodes() {
        return inodes;
    }

    /** The listeners of directories. */
    public DirectoryWatches watches() {
        return watches;
    }

    /** Content or attributes of an inode have changed: calls the listeners of the directories in which a dentry of it is cached. */
    public void changed(Inode inode) {
        if (!watches.isEmpty()) {
            changed(inode.nodeId);
        }
    }

    /** The same by its node id, and the listeners of the node itself, if it is a directory. */
    public void changed(long nodeId) {
        if (watches.isEmpty()) {
            return;
        }
        var aliases = new ArrayList<Dentry>();
        lock.lock();
        try {
            Inode inode = inodes.get(nodeId);
            for (Dentry alias = inode == null ? null : inode.aliases; alias != null; alias = alias.nextAlias) {
                aliases.add(alias);
            }
        } finally {
            lock.unlock();
        }
        watches.changed(nodeId);
        aliases.forEach(alias -> watches.changed(alias.parent.nodeId, alias.name()));
    }

    /** The time that entry and attribute timeouts are compared with. */
    public long now() {
        return clock.now();
    }

    /**
     * The dentry of a name if it is valid: its entry timeout has not passed, nor the epoch, and its inode is not bad. Null
     * otherwise. Takes no lock and no reference: the inode may be forgotten at any time.
     *
     * @param path the name is that part of it from {@code from}, inclusive, to {@code to}, exclusive
     * @param now the time, by {@link #now}
     */
    public Dentry peek(Inode directory, byte[] path, int from, int to, long now) {
        Dentry dentry = directory.child(path, from, to);
        if (dentry == null || dentry.epoch != (short) epoch || CacheClock.hasPassed(dentry.validUntil, now)
                || (dentry.target != null && dentry.target.isBad())) {
            return null;
        }
        if (!dentry.referenced) {
            dentry.referenced = true;
            // Its caller uses what READDIRPLUS has brought: Linux's FUSE_I_INIT_RDPLUS.
            directory.adviseReaddirPlus();
        }
        return dentry;
    }

    /** The inode of a valid dentry, with a reference for the caller, or {@link #NEGATIVE}; nothing without a valid dentry. */
    public Optional<Inode> find(Inode directory, Name name) {
        Dentry dentry = peek(directory, name.bytes(), 0, name.length(), now());
        if (dentry == null) {
            return Optional.empty();
        }
        if (dentry.target == null) {
            return Optional.of(NEGATIVE);
        }
        return dentry.target.tryHold() ? Optional.of(dentry.target) : Optional.empty();
    }

    /**
     * Caches the reply to a LOOKUP or a creation, which counts in the inode's lookup count.
     *
     * @param version the {@link AttributeCache#version} of before the request
     * @return the inode, with a reference for the caller
     * @throws FuseException ELOOP for a directory that is an ancestor of {@code directory}; the lookup is counted and forgotten
     */
    public Inode enter(Inode directory, Name name, EntryReply entry, long version) {
        lock.lock();
        try {
            return enterLocked(directory, name, entry, version);
        } finally {
            inodes.unlockAndForget();
        }
    }

    /** As {@link #enter}, for a node that was created: its directory has changed. */
    public Inode enterCreated(Inode directory, Name name, EntryReply entry, long version) {
        lock.lock();
        try {
            Inode inode = enterLocked(directory, name, entry, version);
            inodes.attributes().invalidate(directory);
            return inode;
        } finally {
            inodes.unlockAndForget();
            watches.changed(directory.nodeId, name);
        }
    }

    private Inode enterLocked(Inode directory, Name name, EntryReply entry, long version) {
        Inode inode = inodes.get(entry, version);
        if (inode.isDirectory() && DentryTree.isAncestor(inode, directory)) {
            inodes.put(inode);
            throw FuseException.of(Errno.ELOOP, "the server reports a directory below itself");
        }
        addUnlessOutdated(directory, name, inode, entry.entryTimeout(), version);
        return inode;
    }

    /** The directory of the dentry of a directory, if it has one, with a reference for the caller. */
    public Optional<Inode> parent(Inode directory) {
        lock.lock();
        try {
            if (directory.aliases == null) {
                return Optional.empty();
            }
            directory.aliases.parent.hold();
            return Optional.of(directory.aliases.parent);
        } finally {
            lock.unlock();
        }
    }

    /** Passes the entry timeout of a dentry of an inode, if it has one: Linux's {@code fuse_invalidate_entry_cache}. */
    public void expire(Inode inode) {
        lock.lock();
        try {
            if (inode.aliases != null) {
                inode.aliases.validUntil = CacheClock.PASSED;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Caches a negative dentry. */
    public void enterNegative(Inode directory, Name name, long timeout, long version) {
        lock.lock();
        try {
            addUnlessOutdated(directory, name, null, timeout, version);
        } finally {
            inodes.unlockAndForget();
        }
    }

    /** If the directory was changed since the request, the reply may be older than the change: nothing is cached. */
    private void addUnlessOutdated(Inode directory, Name name, Inode target, long timeout, long version) {
        if (inodes.attributes().hasChangedSince(directory, version)) {
            tree.dropSubtree(directory, name.bytes());
        } else {
            tree.put(directory, name.bytes(), target, clock.deadline(timeout), (short) epoch);
        }
    }

    /** Invalidates a dentry, positive or negative, and all dentries below it. */
    public void invalidate(Inode directory, Name name) {
        lock.lock();
        try {
            tree.dropSubtree(directory, name.bytes());
        } finally {
            inodes.unlockAndForget();
        }
    }

    /** UNLINK or RMDIR succeeded: invalidates the dentry, and the attributes of its directory. */
    public void removed(Inode directory, Name name) {
        lock.lock();
        try {
            inodes.attributes().invalidate(directory);
            tree.dropSubtree(directory, name.bytes());
        } finally {
            inodes.unlockAndForget();
            watches.changed(directory.nodeId, name);
        }
    }

    /** As {@link #invalidate(Inode, Name)}, of a positive dentry only. */
    public void invalidatePositive(Inode directory, Name name) {
        lock.lock();
        try {
            Dentry dentry = directory.child(name.bytes());
            if (dentry != null && dentry.target != null) {
                tree.dropSubtree(dentry);
            }
        } finally {
            inodes.unlockAndForget();
        }
    }

    /**
     * RENAME succeeded: moves the dentry of the old name to the new name, and drops the one that was there or, with
     * {@code exchange}, moves it to the old name. Both directories have changed.
     *
     * @param version the {@link AttributeCache#version} of before the request
     */
    public void renamed(Inode from, Name oldName, Inode to, Name newName, boolean exchange, long version) {
        lock.lock();
        try {
            boolean sure = !inodes.attributes().hasChangedSince(from, version)
                    && !inodes.attributes().hasChangedSince(to, version);
            inodes.attributes().invalidate(from);
            inodes.attributes().invalidate(to);
            if (sure) {
                tree.move(from, oldName.bytes(), to, newName.bytes(), exchange);
            } else {
                tree.dropSubtree(from, oldName.bytes());
                tree.dropSubtree(to, newName.bytes());
            }
        } finally {
            inodes.unlockAndForget();
            watches.changed(from.nodeId, oldName);
            watches.changed(to.nodeId, newName);
        }
    }

    /** Drops all dentries; inodes without a reference are forgotten. */
    public void dropAll() {
        lock.lock();
        try {
            tree.dropAll();
        } finally {
            inodes.unlockAndForget();
        }
    }

    /**
     * NOTIFY_INVAL_ENTRY and NOTIFY_DELETE: invalidates a dentry, also when {@code child} is not its node.
     *
     * @param child the node id that the server gives for the name; 0 for any
     * @param expireOnly passes its entry timeout instead of dropping it
     * @return OK; ENOENT if the name is not cached, or has another node; ENOTDIR if {@code parent} is no directory; ENOTEMPTY if
     *         it is a directory with an inode below it that is still in use
     */
    public Errno invalidate(long parent, Name name, long child, boolean expireOnly) {
        lock.lock();
        try {
            Inode directory = inodes.get(parent);
            if (directory != null && !directory.isDirectory()) {
                return Errno.ENOTDIR;
            }
            Dentry dentry = directory == null ? null : directory.child(name.bytes());
            if (dentry == null) {
                return Errno.ENOENT;
            }
            inodes.attributes().invalidate(directory);
            Inode target = dentry.target;
            List<Dentry> below = target == null || child == 0 ? List.of() : List.copyOf(target.children());
            if (expireOnly) {
                dentry.validUntil = CacheClock.PASSED;
            } else {
                tree.dropSubtree(dentry);
            }
            if (child == 0 || target == null) {
                return Errno.OK;
            }
            boolean isUsedBelow = below.stream().anyMatch(DentryCache::isStillUsed);
            return target.nodeId != child ? Errno.ENOENT : isUsedBelow ? Errno.ENOTEMPTY : Errno.OK;
        } finally {
            inodes.unlockAndForget();
            watches.changed(parent, name);
        }
    }

    /** Whether the inode of a dropped dentry is still referenced; of a file with hard links that may be by their dentries. */
    private static boolean isStillUsed(Dentry dropped) {
        return dropped.target != null && dropped.target.references() > 0
                && (dropped.target.isDirectory() || dropped.target.read().nlink() <= 1);
    }

    /**
     * NOTIFY_INC_EPOCH: invalidates all dentries. Each is looked up again. A dentry has 16 bits of its epoch: before they repeat, all are
     * dropped.
     */
    public void nextEpoch() {
        lock.lock();
        try {
            int next = epoch + 1;
            epoch = next;
            if ((short) next == 0) {
                tree.dropAll();
            }
        } finally {
            inodes.unlockAndForget();
        }
        watches.changed();
    }

    /** NOTIFY_PRUNE: drops the dentries of inodes that have no children in the cache. */
    public void prune(long[] nodeIds) {
        for (long nodeId : nodeIds) {
            lock.lock();
            try {
                Inode inode = inodes.get(nodeId);
                while (inode != null && inode.aliases != null && inode.hasNoChildren()) {
                    tree.drop(inode.aliases);
                }
            } finally {
                inodes.unlockAndForget();
            }
        }
    }
}
