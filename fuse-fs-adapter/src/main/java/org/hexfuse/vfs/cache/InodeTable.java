package org.hexfuse.vfs.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Protocol;
import org.hexfuse.vfs.CacheLimits;
import org.hexfuse.vfs.page.FilePages;
import org.hexfuse.vfs.page.PageCache;

/**
 * The inodes of one superblock by node id, each with the lookup count that the server keeps for it.
 *
 * <p>An inode lives as long as its reference count is not zero: as long as a dentry, an open file or a call in flight uses it.
 * Then one FORGET returns its whole lookup count.
 *
 * <p>One lock guards inodes and dentries, for a few instructions at a time, since a reply with an entry changes both. FORGETs
 * are sent after it is released.
 *
 * <p>Source: Linux {@code fs/fuse/inode.c} ({@code fuse_iget}, {@code fuse_evict_inode}).
 */
public final class InodeTable {
    /** Where FORGET goes. */
    @FunctionalInterface public interface ForgetSink {
        /** Queues a FORGET. Never waits. */
        void forget(long nodeId, long lookupCount);
    }

    private record Forget(long nodeId, long lookupCount) {}

    final ReentrantLock lock = new ReentrantLock();
    private final AttributeCache attributes;
    private final CacheClock clock;
    private final NodeIdTable inodes = new NodeIdTable();
    /** The FORGETs that are sent after the lock is released. */
    private final List<Forget> forgets = new ArrayList<>();
    /** The latest version at which an inode was changed that is cached no more (Linux's {@code evict_ctr}). */
    private long lastChangeOfEvicted;
    private final Inode root = new Inode(Protocol.ROOT_ID, 0, Inode.UNKNOWN_DIRECTORY);
    private ForgetSink forgetSink = (_, _) -> {};
    /** Null without one. */
    private volatile PageCache pageCache;

    /** The targets of symbolic links. */
    private final ContentCache<Name> symlinks;
    /** The listings of directories. */
    private final ContentCache<DirectoryListing> listings;

    public InodeTable(CacheLimits limits, CacheClock clock) {
        this.clock = clock;
        this.attributes = new AttributeCache(clock);
        this.symlinks = new ContentCache<>(limits.symlinkBytes(), attributes);
        this.listings = new ContentCache<>(limits.listingBytes(), attributes);
        attributes.expire(root, StatField.BASIC);
        root.hold();
        inodes.add(root);
    }

    /** Sends FORGETs to {@code sink} from now on. */
    public void forgetSink(ForgetSink sink) {
        lock.lock();
        try {
            forgetSink = sink;
        } finally {
            lock.unlock();
        }
    }

    /** Caches the data of regular files in {@code cache} from now on. */
    public void pageCache(PageCache cache) {
        pageCache = cache;
    }

    /** The cached pages of an inode; null without a page cache, and of what is no regular file. */
    public FilePages pages(Inode inode) {
        PageCache cache = pageCache;
        if (cache == null || inode.type() != FileType.REGULAR) {
            return null;
        }
        return inode.pages().orElseGet(() -> inode.pages(cache));
    }

    /** The cached pages of a node; null without, also if the node is not cached. */
    public FilePages pages(long nodeId) {
        lock.lock();
        try {
            Inode inode = inodes.get(nodeId);
            return inode == null ? null : pages(inode);
        } finally {
            lock.unlock();
        }
    }

    /** The size of a node that {@link #stored} has found, as it was cached last; 0 if it is not cached. */
    public long size(long nodeId) {
        lock.lock();
        try {
            Inode inode = inodes.get(nodeId);
            return inode == null ? 0 : inode.lastAttributes().size();
        } finally {
            lock.unlock();
        }
    }

    public AttributeCache attributes() {
        return attributes;
    }

    /** The targets of symbolic links, which are cached with CACHE_SYMLINKS. */
    public ContentCache<Name> symlinks() {
        return symlinks;
    }

    /** The listings of directories, which are cached with FOPEN_CACHE_DIR. */
    public ContentCache<DirectoryListing> listings() {
        return listings;
    }

    private void dropContent(Inode inode) {
        if (inode.isDirectory()) {
            listings.drop(inode);
        } else {
            symlinks.drop(inode);
        }
    }

    /** The root, which has no lookup count and is never forgotten. */
    public Inode root() {
        return root;
    }

    /** How many inodes there are, the root included. */
    public int size() {
        lock.lock();
        try {
            return inodes.size();
        } finally {
            lock.unlock();
        }
    }

    /** Releases a reference; with the last one the inode is forgotten. */
    public void release(Inode inode) {
        if (inode.releaseUnlessLast()) {
            return;
        }
        lock.lock();
        try {
            put(inode);
        } finally {
            unlockAndForget();
        }
    }

    /** Releases a reference on a thread that brings replies, which must not send: the last one is released on a virtual thread. */
    public void releaseFromReply(Inode inode) {
        if (!inode.releaseUnlessLast()) {
            Thread.startVirtualThread(() -> release(inode));
        }
    }

    /** Releases one reference to each. */
    public void release(List<Inode> all) {
        all.forEach(this::release);
    }

    /** Releases a reference. Under the lock, to be released by {@link #unlockAndForget}. */
    void put(Inode inode) {
        if (inode.releaseOne()) {
            inodes.remove(inode);
            dropContent(inode);
            inode.pages().ifPresent(FilePages::close);
            lastChangeOfEvicted = Math.max(lastChangeOfEvicted, attributes.lastChange(inode));
            if (inode.lookupCount > 0) {
                forgets.add(new Forget(inode.nodeId, inode.lookupCount));
            }
        }
    }

    /** Releases the lock, and sends FORGET for each inode that lost its last reference under it. */
    void unlockAndForget() {
        if (forgets.isEmpty()) {
            lock.unlock();
            return;
        }
        List<Forget> all = List.copyOf(forgets);
        ForgetSink sink = forgetSink;
        forgets.clear();
        lock.unlock();
        all.forEach(forget -> sink.forget(forget.nodeId, forget.lookupCount));
    }

    /** How many inodes there are. Under the lock. */
    int count() {
        return inodes.size();
    }

    /** The inode of a node id if it is cached, with a reference for the caller. */
    public Optional<Inode> find(long nodeId) {
        lock.lock();
        try {
            Inode inode = inodes.get(nodeId);
            if (inode != null) {
                inode.hold();
            }
            return Optional.ofNullable(inode);
        } finally {
            lock.unlock();
        }
    }

    /** The inode of a node id, or null. Under the lock. */
    Inode get(long nodeId) {
        return inodes.get(nodeId);
    }

    /**
     * The inode of an entry without a name, as TMPFILE replies it; it counts as a lookup.
     *
     * @param version the {@link AttributeCache#version} of before the request
     * @return the inode, with a reference for the caller
     */
    public Inode enter(EntryReply entry, long version) {
        lock.lock();
        try {
            return get(entry, version);
        } finally {
            unlockAndForget();
        }
    }

    /** Finds or makes the inode of an entry, counts the lookup and takes a reference. Under the lock. */
    Inode get(EntryReply entry, long version) {
        Inode inode = inodes.get(entry.nodeId());
        if (inode != null && (inode.generation() != entry.generation() || inode.type() != entry.attributes().type())) {
            // The node id was reused.
            inode.makeBad();
            inodes.remove(inode);
            inode = null;
        }
        if (inode == null) {
            inode = new Inode(entry.nodeId(), entry.generation(), entry.attributes());
            inode.version(version);
            // It may have been cached, changed and evicted since the request was sent: then the reply is older than the change.
            boolean isNew = lastChangeOfEvicted <= version;
            inode.validUntil(isNew ? clock.deadline(entry.attributesTimeout()) : CacheClock.PASSED);
            inodes.add(inode);
        } else {
            attributes.received(inode, entry.attributes(), entry.attributesTimeout(), version);
        }
        if (inode.lookupCount == Integer.MAX_VALUE) {
            forgets.add(new Forget(inode.nodeId, inode.lookupCount));
            inode.lookupCount = 0;
        }
        inode.lookupCount++;
        inode.hold();
        return inode;
    }

    /**
     * The server sent attributes that are invalid or of another type: all requests on the inode fail with EIO. The next lookup of
     * its node id makes another inode; the root stays.
     */
    public void makeBad(Inode inode) {
        lock.lock();
        try {
            inode.makeBad();
            if (inode != root) {
                inodes.remove(inode);
            }
        } finally {
            lock.unlock();
        }
    }

    /** NOTIFY_INVAL_INODE: invalidates the attributes of a node, and with {@code content} drops that. Returns whether it is cached. */
    public boolean invalidate(long nodeId, boolean content) {
        lock.lock();
        try {
            Inode inode = inodes.get(nodeId);
            if (inode != null) {
                attributes.invalidate(inode);
                if (content) {
                    dropContent(inode);
                }
            }
            return inode != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * NOTIFY_STORE: the server sent data up to {@code end}. The file is no shorter than that.
     *
     * @return OK; ENOENT if the node is not cached; EINVAL if it is no regular file
     */
    public Errno stored(long nodeId, long end) {
        lock.lock();
        try {
            Inode inode = inodes.get(nodeId);
            if (inode == null) {
                return Errno.ENOENT;
            }
            if (inode.type() != FileType.REGULAR) {
                return Errno.EINVAL;
            }
            attributes.extend(inode, end);
            return Errno.OK;
        } finally {
            lock.unlock();
        }
    }
}
