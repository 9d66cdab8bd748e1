package org.hexfuse.vfs;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Protocol;
import org.hexfuse.vfs.Inode.Dentry;

/**
 * The nodes that are known, the names that lead to them, and for how long that may be believed.
 *
 * <p>A node is kept as long as a name, an open file or a call under way needs it, and then the server is told to forget it,
 * with the number of times that it has told of it. A name keeps its directory, so names are dropped before what they are in.
 *
 * <p>One lock guards all of it, for a few instructions at a time. What is to be forgotten is sent when it is free again.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c}, {@code inode.c}; {@code fs/dcache.c}.
 */
final class NodeCache {
    /** What {@link #find} returns for a name that is known not to be there. */
    static final Inode ABSENT = new Inode(0, 0, Replies.unknownRoot());

    /** Where FORGET goes. */
    @FunctionalInterface interface Forgetting {
        void forget(long node, long lookups);
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Inode> inodes = new HashMap<>();
    /** The least recently used first. */
    private final LinkedHashMap<Dentry, Dentry> dentries = new LinkedHashMap<>(16, 0.75f, true);
    private final List<Inode> forgotten = new ArrayList<>();
    private final int capacity;
    private final Inode root = new Inode(Protocol.ROOT_ID, 0, Replies.unknownRoot());
    private Forgetting forgetting = (_, _) -> {};
    private BooleanSupplier ownsFiles = () -> false;
    private long epoch;
    /** Written under the lock. */
    private volatile long version;

    NodeCache(int capacity) {
        this.capacity = capacity;
        root.uses = 1;
        inodes.put(root.node, root);
    }

    void forgetBy(Forgetting port) {
        lock.lock();
        try {
            forgetting = port;
        } finally {
            lock.unlock();
        }
    }

    /** Size and times of regular files are this end's business if {@code asked}, which is the server's choice, says so. */
    void ownsFilesIf(BooleanSupplier asked) {
        lock.lock();
        try {
            ownsFiles = asked;
        } finally {
            lock.unlock();
        }
    }

    /** Whether size and times of a node are this end's business, whatever the server says of them. */
    boolean owns(Inode inode) {
        return inode.type == FileType.REGULAR && ownsFiles.getAsBoolean();
    }

    Inode root() {
        return root;
    }

    /** To be compared with what changes while a request is under way. Needs no lock. */
    long version() {
        return version;
    }

    /** Under the lock. */
    private long nextVersion() {
        long next = version + 1;
        version = next;
        return next;
    }

    void hold(Inode inode) {
        lock.lock();
        try {
            inode.uses++;
        } finally {
            lock.unlock();
        }
    }

    void release(Inode inode) {
        lock.lock();
        try {
            unuse(inode);
        } finally {
            unlockAndForget();
        }
    }

    void release(List<Inode> all) {
        lock.lock();
        try {
            all.forEach(this::unuse);
        } finally {
            unlockAndForget();
        }
    }

    private void unuse(Inode inode) {
        inode.uses--;
        if (inode.uses == 0) {
            inodes.remove(inode.node, inode);
            if (inode.lookups > 0) {
                forgotten.add(inode);
            }
        }
    }

    private void unlockAndForget() {
        if (forgotten.isEmpty()) {
            lock.unlock();
            return;
        }
        List<Inode> all = List.copyOf(forgotten);
        Forgetting port = forgetting;
        forgotten.clear();
        lock.unlock();
        all.forEach(inode -> port.forget(inode.node, inode.lookups));
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
     * @param asked the {@link #version} from before the request
     * @return the node, held for the caller
     */
    Inode entered(Inode directory, Name name, EntryReply entry, long asked) {
        lock.lock();
        try {
            Inode inode = learn(entry, asked);
            remember(directory, name, inode, entry.validUntil());
            return inode;
        } finally {
            unlockAndForget();
        }
    }

    /** The same of a node that has no name. */
    Inode entered(EntryReply entry, long asked) {
        lock.lock();
        try {
            return learn(entry, asked);
        } finally {
            lock.unlock();
        }
    }

    private Inode learn(EntryReply entry, long asked) {
        Inode inode = inodes.get(entry.node());
        if (inode != null && (inode.generation != entry.generation() || inode.type != entry.attributes().type())) {
            inode.bad = true;
            inodes.remove(inode.node);
            inode = null;
        }
        if (inode == null) {
            inode = new Inode(entry.node(), entry.generation(), entry.attributes());
            inode.believeUntil(entry.attributesValidUntil());
            inodes.put(inode.node, inode);
        } else {
            apply(inode, entry.attributes(), entry.attributesValidUntil(), asked);
        }
        inode.lookups++;
        inode.uses++;
        return inode;
    }

    /** The server says that there is no such name, and that this may be believed for a while. */
    void absent(Inode directory, Name name, long validUntil) {
        lock.lock();
        try {
            remember(directory, name, null, validUntil);
        } finally {
            unlockAndForget();
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
            unuse(dentry.target);
        }
        unuse(dentry.parent);
    }

    /** A name is not to be believed any more, nor what was known below it. */
    void drop(Inode directory, Name name) {
        lock.lock();
        try {
            Dentry dentry = directory.children.get(name);
            if (dentry != null) {
                dropTree(dentry);
            }
        } finally {
            unlockAndForget();
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
            unlockAndForget();
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

    /** A name leads to what another led to, which is gone; with {@code exchange} each leads to what the other did. */
    void renamed(Inode from, Name oldName, Inode to, Name newName, boolean exchange) {
        lock.lock();
        try {
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
                unuse(moved);
            }
            if (other != null) {
                if (exchange) {
                    remember(from, oldName, other, otherUntil);
                }
                unuse(other);
            }
        } finally {
            unlockAndForget();
        }
    }

    private static Inode hold(Dentry dentry) {
        if (dentry == null || dentry.target == null) {
            return null;
        }
        dentry.target.uses++;
        return dentry.target;
    }

    /** The attributes, if they may still be believed. Needs no lock. */
    Optional<Stat> attributes(Inode inode) {
        return inode.isBelieved() ? Optional.of(inode.attributes) : Optional.empty();
    }

    /** The server has told attributes, in the answer to a request from the time of version {@code asked}. */
    void attributesArrived(Inode inode, Stat attributes, long validUntil, long asked) {
        lock.lock();
        try {
            apply(inode, attributes, validUntil, asked);
        } finally {
            lock.unlock();
        }
    }

    private void apply(Inode inode, Stat attributes, long validUntil, long asked) {
        if (inode.attributesVersion <= asked) {
            inode.attributes = withOwn(inode, attributes);
            inode.believeUntil(validUntil);
        }
    }

    /** What the server tells of a node, with what is this end's business. */
    Stat withOwn(Inode inode, Stat told) {
        Stat own = inode.attributes;
        return owns(inode) ? told.withOwn(own.size(), own.modified(), own.changed()) : told;
    }

    /** A file that is this end's business was changed, and so was its content if {@code content}. */
    void touched(Inode inode, boolean content, Instant now) {
        lock.lock();
        try {
            Stat own = inode.attributes;
            inode.attributes = own.withOwn(own.size(), content ? now : own.modified(), now);
            inode.untold = true;
        } finally {
            lock.unlock();
        }
    }

    /** A file that is this end's business has another size. */
    void resized(Inode inode, long size) {
        lock.lock();
        try {
            inode.attributes = inode.attributes.withSize(size);
        } finally {
            lock.unlock();
        }
    }

    /** The attributes whose times the server has not heard of, if there are such; it is told of them now. */
    Optional<Stat> takeUntold(Inode inode) {
        lock.lock();
        try {
            boolean there = inode.untold;
            inode.untold = false;
            return there ? Optional.of(inode.attributes) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** The server could not be told of them. */
    void untold(Inode inode) {
        lock.lock();
        try {
            inode.untold = true;
        } finally {
            lock.unlock();
        }
    }

    /** Attributes were changed by a call from here: what is under way may be older. */
    void changed(Inode inode) {
        lock.lock();
        try {
            inode.attributesVersion = nextVersion();
            inode.believeUntil(Inode.OVER);
        } finally {
            lock.unlock();
        }
    }

    /** The server answered a change with these attributes, which nothing older may replace. */
    void changed(Inode inode, Stat attributes, long validUntil) {
        lock.lock();
        try {
            inode.attributesVersion = nextVersion();
            inode.attributes = attributes;
            inode.believeUntil(validUntil);
        } finally {
            lock.unlock();
        }
    }

    /** Data was written up to {@code end}. */
    void written(Inode inode, long end) {
        lock.lock();
        try {
            inode.attributesVersion = nextVersion();
            if (inode.attributes.size() < end) {
                inode.attributes = inode.attributes.withSize(end);
            }
            inode.believeUntil(Inode.OVER);
        } finally {
            lock.unlock();
        }
    }

    /** Makes room at the end of a file for {@code length} bytes, which no other caller gets, and returns where. */
    long reserve(Inode inode, long length) {
        lock.lock();
        try {
            long end = inode.attributes.size();
            inode.attributesVersion = nextVersion();
            inode.attributes = inode.attributes.withSize(end + length);
            inode.believeUntil(Inode.OVER);
            return end;
        } finally {
            lock.unlock();
        }
    }

    /** Attributes are to be asked for again, though what is under way is right. */
    void expireAttributes(Inode inode) {
        lock.lock();
        try {
            inode.believeUntil(Inode.OVER);
        } finally {
            lock.unlock();
        }
    }

    /** Drops all names; nodes that nobody uses are forgotten. */
    void dropNames() {
        lock.lock();
        try {
            List.copyOf(dentries.keySet()).forEach(this::drop);
        } finally {
            unlockAndForget();
        }
    }

    /** How many nodes are known, the root included. */
    int size() {
        lock.lock();
        try {
            return inodes.size();
        } finally {
            lock.unlock();
        }
    }

    /** The server says that a node has changed. Returns whether it is known. */
    boolean invalidateNode(long node) {
        lock.lock();
        try {
            Inode inode = inodes.get(node);
            if (inode != null) {
                inode.attributesVersion = nextVersion();
                inode.believeUntil(Inode.OVER);
            }
            return inode != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The server says that a name is not what it was, which is believed even if it errs in what the name leads to.
     *
     * @param child what it says that the name leads to; 0 for anything
     * @return OK; ENOENT if there is no such name here, or it leads elsewhere; ENOTDIR if it can't be in {@code parent};
     *         ENOTEMPTY if it leads to a directory in which something is still in use
     */
    Errno invalidateEntry(long parent, Name name, long child, boolean expireOnly) {
        lock.lock();
        try {
            Inode directory = inodes.get(parent);
            if (directory != null && !directory.isDirectory()) {
                return Errno.ENOTDIR;
            }
            Dentry dentry = directory == null ? null : directory.children.get(name);
            if (dentry == null) {
                return Errno.ENOENT;
            }
            directory.attributesVersion = nextVersion();
            directory.believeUntil(Inode.OVER);
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
            boolean isUsedBelow = below.stream().anyMatch(NodeCache::isStillUsed);
            return target.node != child ? Errno.ENOENT : isUsedBelow ? Errno.ENOTEMPTY : Errno.OK;
        } finally {
            unlockAndForget();
        }
    }

    /** Whether what a name led to that was dropped is used by more than names: a file that has several may be known by those. */
    private static boolean isStillUsed(Dentry dropped) {
        return dropped.target != null && dropped.target.uses > 0
                && (dropped.target.isDirectory() || dropped.target.attributes.links() <= 1);
    }

    /** The server gave data up to {@code end}, which is not kept here, but makes a file no shorter. Returns what it is told. */
    Errno stored(long node, long end) {
        lock.lock();
        try {
            Inode inode = inodes.get(node);
            if (inode == null) {
                return Errno.ENOENT;
            }
            if (inode.type != FileType.REGULAR) {
                return Errno.EINVAL;
            }
            if (inode.attributes.size() < end) {
                inode.attributesVersion = nextVersion();
                inode.attributes = inode.attributes.withSize(end);
            }
            return Errno.OK;
        } finally {
            lock.unlock();
        }
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
    void prune(long[] nodes) {
        lock.lock();
        try {
            for (long node : nodes) {
                for (Dentry dentry : List.copyOf(dentries.keySet())) {
                    if (dentry.target != null && dentry.target.node == node && dentry.target.children.isEmpty()) {
                        drop(dentry);
                    }
                }
            }
        } finally {
            unlockAndForget();
        }
    }
}
