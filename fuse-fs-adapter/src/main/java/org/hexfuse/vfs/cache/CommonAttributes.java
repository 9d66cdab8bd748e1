package org.hexfuse.vfs.cache;

import org.hexfuse.abi.FileType;
import org.hexfuse.vfs.Stat;

/**
 * The attributes in which most files of a filesystem do not differ, as one object for all of them. An inode has one reference in place
 * of six fields. They are those of {@link Stat}.
 */
public record CommonAttributes(FileType type, int mode, int nlink, int uid, int gid, int rdev, int blockSize) {
    private static final int SLOTS = 1024;
    /**
     * Those that were used last, by their hash. Threads race for a slot: who loses has an object of its own, which is as good. It is
     * bounded, and keeps no inode from being freed.
     */
    private static final CommonAttributes[] RECENT = new CommonAttributes[SLOTS];

    /** Those of a file; the same object as before if they were used lately. */
    public static CommonAttributes of(Stat stat) {
        int hash = 31 * (31 * (31 * (31 * stat.mode() + stat.nlink()) + stat.uid()) + stat.gid()) + stat.blockSize();
        int slot = (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (SLOTS - 1);
        CommonAttributes recent = RECENT[slot];
        if (recent != null && recent.areOf(stat)) {
            return recent;
        }
        var made = new CommonAttributes(stat.type(), stat.mode(), stat.nlink(), stat.uid(), stat.gid(), stat.rdev(),
                stat.blockSize());
        RECENT[slot] = made;
        return made;
    }

    private boolean areOf(Stat stat) {
        return mode == stat.mode() && nlink == stat.nlink() && uid == stat.uid() && gid == stat.gid()
                && rdev == stat.rdev() && blockSize == stat.blockSize();
    }
}
