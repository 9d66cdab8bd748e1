package org.hexfuse.libc;

import org.hexfuse.posix.Timespec;

/**
 * The attributes of a file, of {@code statx(2)}.
 *
 * @param ino the inode number
 * @param mode type and permissions, as in {@code st_mode}
 * @param nlink the number of hard links
 * @param uid the owner, unsigned
 * @param gid the group, unsigned
 * @param size in bytes
 * @param blocks the allocated size, in units of 512 bytes
 * @param blksize the preferred I/O size, in bytes
 * @param dev the device of the filesystem: the major number in the upper 32 bits, the minor in the lower
 * @param rdev the device that a device file represents: the major number in the upper 32 bits, the minor in the lower
 */
public record FileStatus(long ino, int mode, int nlink, int uid, int gid, long size, long blocks, int blksize,
        long dev, long rdev, Timespec atime, Timespec mtime, Timespec ctime) {
    /** The mask of the file type in {@link #mode}. */
    public static final int KIND = 0170000;
    /** The type of directories. */
    public static final int DIRECTORY = 0040000;
    /** The type of regular files. */
    public static final int REGULAR = 0100000;
    /** The type of symbolic links. */
    public static final int SYMLINK = 0120000;

    /** The file type bits of the mode. */
    public int kind() {
        return mode & KIND;
    }
}
