package org.hexfuse.vfs;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.AccessControlList;

/** What is known of one node of the server's. Its fields are guarded by the lock of {@link InodeTable}
 * where nothing else is said. */
final class Inode {
    /** A time, of {@link System#nanoTime}, that stands for one that is over, without a look at the clock. */
    static final long OVER = 0;

    final long node;
    final long generation;
    final FileType type;

    /** How many times the server has told of it and was not yet told to forget. */
    long lookups;
    /** The names, open files and calls under way that need it. */
    int uses;
    Map<Name, Dentry> children = Map.of();
    private volatile long believedUntil = OVER;
    /** The value of {@link AttributeCache#version} when the attributes last changed here. */
    long attributesVersion;
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

    /** What a name leads to. */
    static final class Dentry {
        final Inode parent;
        final Name name;
        /** Null where the name is known not to be there. */
        final Inode target;
        long validUntil = OVER;
        long epoch;

        Dentry(Inode parent, Name name, Inode target) {
            this.parent = parent;
            this.name = name;
            this.target = target;
        }
    }

    Inode(long node, long generation, Stat attributes) {
        this.node = node;
        this.generation = generation;
        this.type = attributes.type();
        this.attributes = attributes;
    }

    /** Whether {@link #attributes}, if they are read now, may be believed. Needs no lock. */
    boolean isBelieved() {
        return !isOver(believedUntil);
    }

    /** The attributes, which are in place, may be believed until {@code time}, by {@link System#nanoTime}. */
    void believeUntil(long time) {
        believedUntil = time;
    }

    static boolean isOver(long time) {
        return time == OVER || time - System.nanoTime() <= 0;
    }

    boolean isDirectory() { return type == FileType.DIRECTORY; }

    /** The number, if it still means this. */
    long number() {
        if (bad) {
            throw FuseException.of(Errno.EIO);
        }
        return node;
    }

    Map<Name, Dentry> writableChildren() {
        if (children.isEmpty() && !(children instanceof HashMap)) {
            children = new HashMap<>();
        }
        return children;
    }
}
