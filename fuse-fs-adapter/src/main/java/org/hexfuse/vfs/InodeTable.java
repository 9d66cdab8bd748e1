package org.hexfuse.vfs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Protocol;

/**
 * The nodes that the server has told of and was not yet told to forget.
 *
 * <p>A node is kept as long as a name, an open file or a call under way needs it, and then the server is told to forget it,
 * with the number of times that it has told of it.
 *
 * <p>One lock guards this, the names and the attributes, for a few instructions at a time: a reply that tells of a node changes
 * all three. What is to be forgotten is sent when it is free again.
 *
 * <p>Source: Linux {@code fs/fuse/inode.c} ({@code fuse_iget}, {@code fuse_evict_inode}).
 */
final class InodeTable {
    /** Where FORGET goes. */
    @FunctionalInterface interface Forgetting {
        void forget(long node, long lookups);
    }

    final ReentrantLock lock = new ReentrantLock();
    final AttributeCache attributes;
    private final CacheClock clock;
    private final Map<Long, Inode> inodes = new HashMap<>();
    private final List<Inode> forgotten = new ArrayList<>();
    private final Inode root = new Inode(Protocol.ROOT_ID, 0, Replies.unknownRoot());
    private Forgetting forgetting = (_, _) -> {};

    InodeTable(CacheClock clock) {
        this.clock = clock;
        this.attributes = new AttributeCache(clock);
        root.hold();
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

    Inode root() {
        return root;
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

    void release(Inode inode) {
        if (inode.releaseUnlessLast()) {
            return;
        }
        lock.lock();
        try {
            unuse(inode);
        } finally {
            unlockAndForget();
        }
    }

    void release(List<Inode> all) {
        all.forEach(this::release);
    }

    /** Ends a use. Under the lock, to be left by {@link #unlockAndForget}. */
    void unuse(Inode inode) {
        if (inode.releaseOne()) {
            inodes.remove(inode.node, inode);
            if (inode.lookups > 0) {
                forgotten.add(inode);
            }
        }
    }

    /** Frees the lock, and tells the server to forget what nobody has used since it was taken. */
    void unlockAndForget() {
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

    /** The node of that number, or null. Under the lock. */
    Inode get(long node) {
        return inodes.get(node);
    }

    /** The server has told of a node that has no name, which counts as a lookup, see {@link DentryCache#entered}. */
    Inode entered(EntryReply entry, long asked) {
        lock.lock();
        try {
            return learn(entry, asked);
        } finally {
            lock.unlock();
        }
    }

    /** The same, under the lock. */
    Inode learn(EntryReply entry, long asked) {
        Inode inode = inodes.get(entry.node());
        if (inode != null && (inode.generation != entry.generation() || inode.type != entry.attributes().type())) {
            inode.bad = true;
            inodes.remove(inode.node);
            inode = null;
        }
        if (inode == null) {
            inode = new Inode(entry.node(), entry.generation(), entry.attributes());
            inode.believeUntil(clock.deadline(entry.attributesTimeout()));
            inodes.put(inode.node, inode);
        } else {
            attributes.arrived(inode, entry.attributes(), entry.attributesTimeout(), asked);
        }
        inode.lookups++;
        inode.hold();
        return inode;
    }

    /** The server says that a node has changed. Returns whether it is known. */
    boolean invalidate(long node) {
        lock.lock();
        try {
            Inode inode = inodes.get(node);
            if (inode != null) {
                attributes.outdate(inode);
            }
            return inode != null;
        } finally {
            lock.unlock();
        }
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
            attributes.extend(inode, end);
            return Errno.OK;
        } finally {
            lock.unlock();
        }
    }
}
