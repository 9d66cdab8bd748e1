package org.hexfuse.vfs.cache;

import org.hexfuse.abi.Name;

/**
 * One name in a directory, positive or negative. Read without a lock; all but {@link #referenced} is written under the lock of
 * {@link InodeTable}.
 */
public final class Dentry {
    final Inode parent;
    final Name name;
    /** Null for a negative dentry. */
    final Inode target;
    /** Other positive dentries of the same inode: hard links of a file. A directory has one dentry. */
    Dentry nextAlias;
    Dentry previousAlias;
    volatile long validUntil = CacheClock.PASSED;
    volatile long epoch;
    /** Whether it was used since the cache last looked for one to evict. */
    volatile boolean referenced;
    /** Whether it is out of the cache. */
    boolean dropped;

    Dentry(Inode parent, Name name, Inode target) {
        this.parent = parent;
        this.name = name;
        this.target = target;
    }

    /** The inode; null for a negative dentry. */
    public Inode target() {
        return target;
    }
}
