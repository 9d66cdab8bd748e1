package org.hexfuse.libc;

import java.time.Instant;

/**
 * What {@code statx(2)} says of a file.
 *
 * @param ino the inode number
 * @param mode kind and permissions, as in {@code st_mode}
 * @param links the number of hard links
 * @param uid the owner, unsigned
 * @param gid the group, unsigned
 * @param size in bytes
 * @param blocks what it takes, in units of 512 bytes
 * @param blockSize the best size of reads and writes, in bytes
 * @param device of the filesystem: the major number in the upper 32 bits, the minor in the lower
 * @param represents what a device file stands for: the major number in the upper 32 bits, the minor in the lower
 */
public record FileStatus(long ino, int mode, int links, int uid, int gid, long size, long blocks, int blockSize,
        long device, long represents, Instant accessed, Instant modified, Instant changed) {
    /** The bits of {@link #mode} that say what kind of file it is. */
    public static final int KIND = 0170000;
    /** The kind of directories. */
    public static final int DIRECTORY = 0040000;
    /** The kind of regular files. */
    public static final int REGULAR = 0100000;
    /** The kind of symbolic links. */
    public static final int SYMLINK = 0120000;

    /** The bits of the mode that say what kind of file it is. */
    public int kind() {
        return mode & KIND;
    }
}
