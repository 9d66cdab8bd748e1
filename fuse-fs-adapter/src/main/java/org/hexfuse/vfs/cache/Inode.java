package org.hexfuse.vfs.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.Stat;

/**
 * One node of the server, as far as it is cached. Its place in the tree is guarded by the lock of {@link InodeTable}, its
 * attributes by its own monitor; both are read without a lock where a field is volatile.
 */
public final class Inode {
    /** Stands in for the attributes of a directory that the server has not sent yet. */
    static final Stat UNKNOWN_DIRECTORY = new Stat(1, FileType.DIRECTORY.mode() | 0755, 2, 0, 0, 0, 0, 0, 4096,
            Timespec.EPOCH, Timespec.EPOCH, Timespec.EPOCH);

    private static final VarHandle REFERENCES = references(MethodHandles.lookup());

    /** The node id, also of a bad inode. */
    public final long nodeId;
    /** What the node is. It never changes: a node of another type is another inode. */
    public final FileType type;
    final long generation;

    /** The lookup count (nlookup), which one FORGET returns. Guarded by the lock of {@link InodeTable}. */
    long lookupCount;
    /** A positive dentry of it, the first of a list; null without one. Guarded by the lock of {@link InodeTable}. */
    Dentry aliases;
    @SuppressWarnings("UnusedVariable") // by REFERENCES
    private volatile int references;
    /** Null without a child. Written under the lock of {@link InodeTable}. */
    private volatile ConcurrentHashMap<Name, Dentry> children;
    private volatile long attributesValidUntil = CacheClock.PASSED;
    /** The value of {@link AttributeCache#version} when the attributes last changed here. */
    volatile long attributesVersion;
    volatile Stat attributes;
    /** Whether mtime and ctime were changed here and not sent to the server. Guarded by the inode's monitor. */
    boolean timesDirty;
    private volatile CachedAccessList accessList = CachedAccessList.NONE;
    private volatile boolean bad;
    private volatile boolean removed;
    private volatile boolean lookedUpIn;

    /** The access control list that was read with some attributes: with other ones it is read again. */
    public record CachedAccessList(Stat attributes, Optional<AccessControlList> list) {
        private static final CachedAccessList NONE = new CachedAccessList(UNKNOWN_DIRECTORY, Optional.empty());
    }

    private static VarHandle references(MethodHandles.Lookup lookup) {
        try {
            return lookup.findVarHandle(Inode.class, "references", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    Inode(long nodeId, long generation, Stat attributes) {
        this.nodeId = nodeId;
        this.generation = generation;
        this.type = attributes.type();
        this.attributes = attributes;
    }

    public boolean isDirectory() { return type == FileType.DIRECTORY; }

    /** The node id for a request; EIO if the inode is bad. */
    public long usableNodeId() {
        if (bad) {
            throw FuseException.of(Errno.EIO);
        }
        return nodeId;
    }

    /** The attributes that were received or changed last, whether or not their timeout has passed. */
    public Stat lastAttributes() {
        return attributes;
    }

    /** The deadline of {@link #attributes}, to be read before them. Needs no lock. */
    long attributesValidUntil() {
        return attributesValidUntil;
    }

    /** The attributes, which are in place, are valid until {@code deadline}, by the {@link CacheClock}. */
    void attributesValidUntil(long deadline) {
        attributesValidUntil = deadline;
    }

    /** The access control list that was read last. */
    public CachedAccessList accessList() {
        return accessList;
    }

    /** Caches an access control list. */
    public void accessList(CachedAccessList list) {
        accessList = list;
    }

    /** Whether the server has reused the node id, or changed the type of the node: every request on it fails with EIO. */
    public boolean isBad() {
        return bad;
    }

    /** Makes it bad, see {@link InodeTable#makeBad}. */
    void makeBad() {
        bad = true;
    }

    /** Whether it is a directory that was removed and is still open. */
    public boolean isRemoved() { return removed; }

    /** The directory was removed, by RMDIR or RENAME. */
    public void markRemoved() {
        removed = true;
    }

    /** A name in the directory is looked up, or for the first time found by its dentry, which advises READDIRPLUS. */
    public void adviseReaddirPlus() {
        if (!lookedUpIn) {
            lookedUpIn = true;
        }
    }

    /** Whether names were looked up since the last call of this. */
    public boolean takeReaddirPlusAdvice() {
        boolean advised = lookedUpIn;
        lookedUpIn = false;
        return advised;
    }

    /** The reference count: dentries, open files and calls in flight that use it. */
    int references() {
        return references;
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

    /** The dentry of a name in this directory, or null. Needs no lock. */
    Dentry child(Name name) {
        ConcurrentHashMap<Name, Dentry> present = children;
        return present == null ? null : present.get(name);
    }

    boolean hasNoChildren() {
        ConcurrentHashMap<Name, Dentry> present = children;
        return present == null || present.isEmpty();
    }

    Collection<Dentry> children() {
        ConcurrentHashMap<Name, Dentry> present = children;
        return present == null ? List.of() : present.values();
    }

    void addChild(Dentry dentry) {
        if (children == null) {
            children = new ConcurrentHashMap<>(2);
        }
        children.put(dentry.name, dentry);
    }

    void removeChild(Dentry dentry) {
        ConcurrentHashMap<Name, Dentry> present = children;
        present.remove(dentry.name, dentry);
        if (present.isEmpty()) {
            children = null;
        }
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
