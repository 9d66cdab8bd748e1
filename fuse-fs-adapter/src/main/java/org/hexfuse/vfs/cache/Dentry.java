package org.hexfuse.vfs.cache;

import java.util.Arrays;
import org.hexfuse.abi.Name;

/**
 * One name in a directory, positive or negative. Read without a lock; all but {@link #referenced} is written under the lock of
 * {@link InodeTable}.
 */
public final class Dentry {
    final Inode parent;
    private final byte[] name;
    final int hash;
    /** Null for a negative dentry. */
    final Inode target;
    /** Other positive dentries of the same inode: hard links of a file. A directory has one dentry. */
    Dentry nextAlias;
    Dentry previousAlias;
    volatile long validUntil = CacheClock.PASSED;
    /** The low 16 bits of the epoch: see {@link DentryCache#nextEpoch}. */
    volatile short epoch;
    /** Whether it was used since the cache last looked for one to evict. */
    volatile boolean referenced;
    /** Whether it is out of the cache. */
    boolean dropped;

    /** Takes {@code name} over. */
    Dentry(Inode parent, byte[] name, Inode target) {
        this.parent = parent;
        this.name = name;
        this.hash = KeyedHash.of(name, 0, name.length);
        this.target = target;
    }

    /** The inode; null for a negative dentry. */
    public Inode target() {
        return target;
    }

    Name name() {
        return Name.of(name);
    }

    int nameLength() {
        return name.length;
    }

    boolean isNegative() { return target == null; }

    /** Whether a part of {@code path} is the name. */
    boolean isNamed(byte[] path, int from, int to) {
        return Arrays.equals(name, 0, name.length, path, from, to);
    }
}
