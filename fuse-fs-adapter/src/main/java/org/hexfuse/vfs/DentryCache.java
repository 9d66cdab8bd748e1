package org.hexfuse.vfs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.vfs.Inode.Dentry;

/**
 * The names that lead to nodes, or are known not to be there, and for how long that may be believed: as many as there is room
 * for, of which those go first that were not used for longest.
 *
 * <p>A name keeps the node that it leads to, and the directory that it is in, so names are dropped before what they are in.
 *
 * <p>The lock is that of {@link InodeTable}.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c} ({@code fuse_dentry_revalidate}), {@code fs/dcache.c}.
 */
final class DentryCache {
    /** What {@link #find} returns for a name that is known not to be there. */
    static final Inode ABSENT = new Inode(0, 0, Replies.unknownRoot());

    final InodeTable nodes = new InodeTable();
    private final ReentrantLock lock = nodes.lock;
    /** The least recently used first. */
    private final LinkedHashMap<Dentry, Dentry> dentries = new LinkedHashMap<>(16, 0.75f, true);
    private final int capacity;
    private long epoch;

    /** Room for {@code capacity} names, of nodes that are in {@link #nodes}. */
    DentryCache(int capacity) {
        this.capacity = capacity;
    }

    /** What a name leads to as far as is known here: a node, held for the caller, or {@link #ABSENT}. */
    Optional<Inode> find(Inode directory, Name name) {
        lock.lock();
        try {
            Dentry dentry = directory.children.get(name);
            if (dentry == null || dentry.epoch != epoch || Inode.isOver(dentry.validUntil)) {
                return Optional.empty();
            }
            dentries.get(dentry);
            if (dentry.target == null) {
                return Optional.of(ABSENT);
            }
            if (dentry.target.bad) {
                return Optional.empty();
            }
            dentry.target.uses++;
            return Optional.of(dentry.target);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The server has told of a node, which counts as a lookup.
     *
     * @param asked the {@link AttributeCache#version} from before the request
     * @return the node, held for the caller
     */
    Inode entered(Inode directory, Name name, EntryReply entry, long asked) {
        lock.lock();
        try {
            Inode inode = nodes.learn(entry, asked);
            rememberIfSure(directory, name, inode, entry.validUntil(), asked);
            return inode;
        } finally {
            nodes.unlockAndForget();
        }
    }

    /** The same of a node that was made, by which its directory was changed. */
    Inode created(Inode directory, Name name, EntryReply entry, long asked) {
        lock.lock();
        try {
            Inode inode = nodes.learn(entry, asked);
            rememberIfSure(directory, name, inode, entry.validUntil(), asked);
            nodes.attributes.outdate(directory);
            return inode;
        } finally {
            nodes.unlockAndForget();
        }
    }

    /** The server says that there is no such name, and that this may be believed for a while. */
    void absent(Inode directory, Name name, long validUntil, long asked) {
        lock.lock();
        try {
            rememberIfSure(directory, name, null, validUntil, asked);
        } finally {
            nodes.unlockAndForget();
        }
    }

    /** Where the directory was changed while the server was asked, the answer may be older than that: the name is in doubt. */
    private void rememberIfSure(Inode directory, Name name, Inode target, long validUntil, long asked) {
        if (directory.attributesVersion <= asked) {
            remember(directory, name, target, validUntil);
        } else {
            dropTree(directory, name);
        }
    }

    private void remember(Inode directory, Name name, Inode target, long validUntil) {
        Dentry dentry = directory.children.get(name);
        if (dentry == null || dentry.target != target) {
            if (dentry != null) {
                drop(dentry);
            }
            if (capacity == 0 || directory.bad) {
                return;
            }
            dentry = new Dentry(directory, name, target);
            directory.writableChildren().put(name, dentry);
            directory.uses++;
            if (target != null) {
                target.uses++;
            }
            dentries.put(dentry, dentry);
            if (dentries.size() > capacity) {
                drop(dentries.firstEntry().getValue());
            }
        }
        dentry.validUntil = validUntil;
        dentry.epoch = epoch;
    }

    private void drop(Dentry dentry) {
        dentry.parent.children.remove(dentry.name);
        dentries.remove(dentry);
        if (dentry.target != null) {
            nodes.unuse(dentry.target);
        }
        nodes.unuse(dentry.parent);
    }

    /** A name is not to be believed any more, nor what was known below it. */
    void drop(Inode directory, Name name) {
        lock.lock();
        try {
            dropTree(directory, name);
        } finally {
            nodes.unlockAndForget();
        }
    }

    /** A name was taken from its directory, which was changed by that. */
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
        Dentry dentry = directory.children.get(name);
        if (dentry != null) {
            dropTree(dentry);
        }
    }

    /** A name that leads somewhere is not to be believed any more. */
    void dropIfThere(Inode directory, Name name) {
        lock.lock();
        try {
            Dentry dentry = directory.children.get(name);
            if (dentry != null && dentry.target != null) {
                dropTree(dentry);
            }
        } finally {
            nodes.unlockAndForget();
        }
    }

    private void dropTree(Dentry top) {
        var below = new ArrayList<Dentry>();
        below.add(top);
        for (int i = 0; i < below.size(); i++) {
            Inode target = below.get(i).target;
            if (target != null) {
                below.addAll(target.children.values());
            }
        }
        below.reversed().forEach(dentry -> {
            // A directory that two names lead to is met twice.
            if (dentries.containsKey(dentry)) {
                drop(dentry);
            }
        });
    }

    /**
     * A name leads to what another led to, which is gone; with {@code exchange} each leads to what the other did. Both
     * directories were changed by that.
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
        Dentry source = from.children.get(oldName);
        Dentry target = to.children.get(newName);
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
            remember(to, newName, moved, movedUntil);
            nodes.unuse(moved);
        }
        if (other != null) {
            if (exchange) {
                remember(from, oldName, other, otherUntil);
            }
            nodes.unuse(other);
        }
    }

    private static Inode hold(Dentry dentry) {
        if (dentry == null || dentry.target == null) {
            return null;
        }
        dentry.target.uses++;
        return dentry.target;
    }

    /** Drops all names; nodes that nobody uses are forgotten. */
    void dropAll() {
        lock.lock();
        try {
            List.copyOf(dentries.keySet()).forEach(this::drop);
        } finally {
            nodes.unlockAndForget();
        }
    }

    /**
     * The server says that a name is not what it was, which is believed even if it errs in what the name leads to.
     *
     * @param child what it says that the name leads to; 0 for anything
     * @return OK; ENOENT if there is no such name here, or it leads elsewhere; ENOTDIR if it can't be in {@code parent};
     *         ENOTEMPTY if it leads to a directory in which something is still in use
     */
    Errno invalidate(long parent, Name name, long child, boolean expireOnly) {
        lock.lock();
        try {
            Inode directory = nodes.get(parent);
            if (directory != null && !directory.isDirectory()) {
                return Errno.ENOTDIR;
            }
            Dentry dentry = directory == null ? null : directory.children.get(name);
            if (dentry == null) {
                return Errno.ENOENT;
            }
            nodes.attributes.outdate(directory);
            Inode target = dentry.target;
            List<Dentry> below = target == null ? List.of() : List.copyOf(target.children.values());
            if (expireOnly) {
                dentry.validUntil = Inode.OVER;
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

    /** Whether what a name led to that was dropped is used by more than names: a file that has several may be known by those. */
    private static boolean isStillUsed(Dentry dropped) {
        return dropped.target != null && dropped.target.uses > 0
                && (dropped.target.isDirectory() || dropped.target.attributes.links() <= 1);
    }

    /** All names are to be looked up again. */
    void nextEpoch() {
        lock.lock();
        try {
            epoch++;
        } finally {
            lock.unlock();
        }
    }

    /** Drops the names of nodes that the server would like to be forgotten. */
    void prune(long[] numbers) {
        lock.lock();
        try {
            for (long node : numbers) {
                for (Dentry dentry : List.copyOf(dentries.keySet())) {
                    if (dentry.target != null && dentry.target.node == node && dentry.target.children.isEmpty()) {
                        drop(dentry);
                    }
                }
            }
        } finally {
            nodes.unlockAndForget();
        }
    }
}
