package org.hexfuse.vfs;

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

/**
 * One node of the server's, as far as it is cached. Its place in the tree is guarded by the lock of {@link InodeTable}, its
 * attributes by its own monitor; both are read without a lock where a field is volatile.
 */
final class Inode {
    private static final VarHandle USES = uses(MethodHandles.lookup());

    final long node;
    final long generation;
    final FileType type;

    /** The lookup count, which FORGET gives back. Guarded by the lock of {@link InodeTable}. */
    long lookups;
    /** A positive dentry of it, the first of a list; null without one. Guarded by the lock of {@link InodeTable}. */
    Dentry aliases;
    @SuppressWarnings("UnusedVariable") // by USES
    private volatile int uses;
    /** Null without a child. Written under the lock of {@link InodeTable}. */
    private volatile ConcurrentHashMap<Name, Dentry> children;
    private volatile long believedUntil = CacheClock.PASSED;
    /** The value of {@link AttributeCache#version} when the attributes last changed here. */
    volatile long attributesVersion;
    volatile Stat attributes;
    /** Its times were changed here, and the server has not heard of it. */
    boolean untold;
    /** What was last told of who may use it, beside the mode. */
    volatile KnownList accessList = KnownList.NONE;
    /** The server has given its number to something else. */
    volatile boolean bad;
    /** A directory that was removed, and is open still. */
    volatile boolean removed;
    /** Names in it were looked up since it was last read. */
    volatile boolean lookedInto;

    /**
     * The access control list that goes with some attributes, as those were told by the server: with other ones it is to be asked
     * for again.
     */
    record KnownList(Stat attributes, Optional<AccessControlList> list) {
        static final KnownList NONE = new KnownList(Replies.unknownRoot(), Optional.empty());
    }

    private static VarHandle uses(MethodHandles.Lookup lookup) {
        try {
            return lookup.findVarHandle(Inode.class, "uses", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    Inode(long node, long generation, Stat attributes) {
        this.node = node;
        this.generation = generation;
        this.type = attributes.type();
        this.attributes = attributes;
    }

    /** The deadline of {@link #attributes}, to be read before them. Needs no lock. */
    long believedUntil() {
        return believedUntil;
    }

    /** The attributes, which are in place, may be believed until {@code time}, by the {@link CacheClock}. */
    void believeUntil(long time) {
        believedUntil = time;
    }

    boolean isDirectory() { return type == FileType.DIRECTORY; }

    /** The number, if it still means this. */
    long number() {
        if (bad) {
            throw FuseException.of(Errno.EIO);
        }
        return node;
    }

    /** The dentries, open files and calls in flight that need it. */
    int uses() {
        return uses;
    }

    /** Takes one more reference, for a caller that has one or holds the lock of {@link InodeTable}. */
    void hold() {
        USES.getAndAdd(this, 1);
    }

    /** Takes a reference unless there is none left, with which the inode is forgotten. */
    boolean tryHold() {
        int now = uses;
        while (now > 0) {
            if (USES.compareAndSet(this, now, now + 1)) {
                return true;
            }
            now = uses;
        }
        return false;
    }

    /** Releases a reference if it is not the last. */
    boolean releaseUnlessLast() {
        int now = uses;
        while (now > 1) {
            if (USES.compareAndSet(this, now, now - 1)) {
                return true;
            }
            now = uses;
        }
        return false;
    }

    /** Releases a reference. Returns whether it was the last. Under the lock of {@link InodeTable}. */
    boolean releaseOne() {
        return (int) USES.getAndAdd(this, -1) == 1;
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
