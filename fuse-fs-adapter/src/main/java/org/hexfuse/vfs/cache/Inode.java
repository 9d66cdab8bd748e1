package org.hexfuse.vfs.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.cache.InodeExtras.CachedAccessList;
import org.hexfuse.vfs.page.FilePages;
import org.hexfuse.vfs.page.PageCache;

/**
 * One node of the server, as far as it is cached. Its place in the tree is guarded by the lock of {@link InodeTable}, its
 * attributes by its own monitor; both are read without a lock.
 *
 * <p>A million of them may be cached, so a field here has its price: what few inodes have is in {@link InodeExtras}. An inode and its
 * {@link CachedAttributes} take 104 bytes.
 */
public final class Inode extends CachedAttributes {
    /** Stands in for the attributes of a directory that the server has not sent yet. */
    static final Stat UNKNOWN_DIRECTORY = new Stat(1, FileType.DIRECTORY.mode() | 0755, 2, 0, 0, 0, 0, 0, 4096,
            Timespec.EPOCH, Timespec.EPOCH, Timespec.EPOCH);

    private static final VarHandle REFERENCES = references(MethodHandles.lookup());

    /** The node id, also of a bad inode. */
    public final long nodeId;
    private final int generationLow;
    /**
     * The lookup count (nlookup), which one FORGET returns: what exceeds 31 bits is returned before. Guarded by the lock of
     * {@link InodeTable}.
     */
    int lookupCount;
    @SuppressWarnings("UnusedVariable") // by REFERENCES
    private volatile int references;
    /** A positive dentry of it, the first of a list; null without one. Guarded by the lock of {@link InodeTable}. */
    Dentry aliases;
    /** Null for most files. */
    private volatile InodeExtras extras;

    private static VarHandle references(MethodHandles.Lookup lookup) {
        try {
            return lookup.findVarHandle(Inode.class, "references", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    Inode(long nodeId, long generation, Stat attributes) {
        super(CommonAttributes.of(attributes));
        this.nodeId = nodeId;
        this.generationLow = (int) generation;
        write(attributes);
        int high = (int) (generation >>> Integer.SIZE);
        if (high != 0) {
            extras().generationHigh = high;
        }
    }

    /** The generation: with another one the node id is that of another node. */
    public long generation() {
        InodeExtras present = extras;
        long high = present == null ? 0 : present.generationHigh;
        return (high << Integer.SIZE) | Integer.toUnsignedLong(generationLow);
    }

    /** Made when they are needed, and kept. */
    private synchronized InodeExtras extras() {
        if (extras == null) {
            extras = new InodeExtras(isDirectory());
        }
        return extras;
    }

    @Override Stat wide() {
        InodeExtras present = extras;
        return present == null ? null : present.wide;
    }

    @Override void wide(Stat attributes) {
        extras().wide = attributes;
    }

    public boolean isDirectory() { return type() == FileType.DIRECTORY; }

    /** The node id for a request; EIO if the inode is bad. */
    public long usableNodeId() {
        if (isBad()) {
            throw FuseException.of(Errno.EIO);
        }
        return nodeId;
    }

    /** The attributes that were received or changed last, whether or not their timeout has passed. */
    public Stat lastAttributes() {
        return read();
    }

    /** The access control list that was read since the attributes were received or changed last. */
    public Optional<Optional<AccessControlList>> accessList() {
        InodeExtras present = extras;
        CachedAccessList cached = present == null ? null : present.accessList;
        return cached == null ? Optional.empty() : cached.list();
    }

    /** Begins to read the access control list. Returns what {@link #accessList(Object, Optional)} needs. */
    public Object beginAccessList() {
        var reading = new CachedAccessList(Optional.empty());
        InodeExtras all = extras();
        synchronized (this) {
            all.accessList = reading;
        }
        return reading;
    }

    /** Caches an access control list, unless attributes were received or changed since it was begun to be read, or another has begun. */
    @SuppressWarnings("ReferenceEquality") // the same request
    public void accessList(Object begun, Optional<AccessControlList> list) {
        InodeExtras all = extras();
        synchronized (this) {
            if (all.accessList == begun) {
                all.accessList = new CachedAccessList(Optional.of(list));
            }
        }
    }

    /** Attributes were received or changed: the access control list may be another. Under the monitor. */
    void dropAccessList() {
        InodeExtras present = extras;
        if (present != null) {
            present.accessList = null;
        }
    }

    /** What {@link ContentCache} has of it; null for nothing. */
    ContentCache.Entry<?> content() {
        InodeExtras present = extras;
        return present == null ? null : present.content;
    }

    void content(ContentCache.Entry<?> entry) {
        extras().content = entry;
    }

    /** The time of creation: nothing if it is not known, an empty one if the filesystem has none. */
    public Optional<Optional<Timespec>> btime() {
        InodeExtras present = extras;
        return present == null ? Optional.empty() : Optional.ofNullable(present.btime);
    }

    void btime(Optional<Timespec> time) {
        extras().btime = time;
    }

    /** Whether it is a directory that was removed and is still open. */
    public boolean isRemoved() {
        InodeExtras present = extras;
        return present != null && present.removed;
    }

    /** The directory was removed, by RMDIR or RENAME. */
    public void markRemoved() {
        extras().removed = true;
    }

    /** A name in the directory is looked up, or for the first time found by its dentry, which advises READDIRPLUS. */
    public void adviseReaddirPlus() {
        InodeExtras present = extras;
        if (present == null) {
            present = extras();
        }
        if (!present.lookedUpIn) {
            present.lookedUpIn = true;
        }
    }

    /** Whether names were looked up since the last call of this. */
    public boolean takeReaddirPlusAdvice() {
        InodeExtras present = extras;
        if (present == null || !present.lookedUpIn) {
            return false;
        }
        present.lookedUpIn = false;
        return true;
    }

    /** The reference count: dentries, open files and calls in flight that use it. */
    int references() {
        return references;
    }

    /** Its cached pages; empty without a page cache, and until it is opened. */
    public Optional<FilePages> pages() {
        InodeExtras present = extras;
        return present == null ? Optional.empty() : Optional.ofNullable(present.pages);
    }

    /** Its cached pages, which are made if there are none. */
    synchronized FilePages pages(PageCache cache) {
        InodeExtras all = extras();
        if (all.pages == null) {
            all.pages = new FilePages(cache);
        }
        return all.pages;
    }

    /** Takes one more reference, for a caller that has one or holds the lock of {@link InodeTable}. */
    public void hold() {
        REFERENCES.getAndAdd(this, 1);
    }

    /** Takes a reference unless the count is 0, at which the inode is forgotten. */
    boolean tryHold() {
        int now = references;
        while (now > 0) {
            if (REFERENCES.compareAndSet(this, now, now + 1)) {
                return true;
            }
            now = references;
        }
        return false;
    }

    /** Releases a reference if it is not the last. */
    boolean releaseUnlessLast() {
        int now = references;
        while (now > 1) {
            if (REFERENCES.compareAndSet(this, now, now - 1)) {
                return true;
            }
            now = references;
        }
        return false;
    }

    /** Releases a reference. Returns whether it was the last. Under the lock of {@link InodeTable}. */
    boolean releaseOne() {
        return (int) REFERENCES.getAndAdd(this, -1) == 1;
    }

    /** The dentry in this directory of the name that a part of {@code path} is, or null. Needs no lock. */
    Dentry child(byte[] path, int from, int to) {
        InodeExtras present = extras;
        return present == null ? null : present.children.get(path, from, to, KeyedHash.of(path, from, to));
    }

    /** The dentry of a name in this directory, or null. Needs no lock. */
    Dentry child(byte[] name) {
        return child(name, 0, name.length);
    }

    boolean hasNoChildren() {
        InodeExtras present = extras;
        return present == null || present.children.isEmpty();
    }

    List<Dentry> children() {
        InodeExtras present = extras;
        return present == null ? List.of() : present.children.all();
    }

    void addChild(Dentry dentry) {
        extras().children.add(dentry);
    }

    void removeChild(Dentry dentry) {
        extras().children.remove(dentry);
    }

    void addAlias(Dentry dentry) {
        dentry.nextAlias = aliases;
        if (aliases != null) {
            aliases.previousAlias = dentry;
        }
        aliases = dentry;
    }

    void removeAlias(Dentry dentry) {
        if (dentry.previousAlias == null) {
            aliases = dentry.nextAlias;
        } else {
            dentry.previousAlias.nextAlias = dentry.nextAlias;
        }
        if (dentry.nextAlias != null) {
            dentry.nextAlias.previousAlias = dentry.previousAlias;
        }
        dentry.nextAlias = null;
        dentry.previousAlias = null;
    }
}
