package org.hexfuse.vfs;

import org.hexfuse.abi.FileType;
import org.hexfuse.posix.Timespec;

/**
 * The attributes of a file, as {@code stat(2)} shows them.
 *
 * @param ino the inode number
 * @param mode type and permissions
 * @param nlink the number of hard links
 * @param uid the owner
 * @param gid the group
 * @param rdev the device number of a device file, in the encoding of {@code new_encode_dev}; 0 for others
 * @param size in bytes
 * @param blocks the allocated blocks, of 512 bytes
 * @param blockSize the preferred size of I/O, in bytes
 * @param atime the time of the last access
 * @param mtime the time of the last change of the content
 * @param ctime the time of the last change of content or attributes
 */
public record Stat(long ino, int mode, int nlink, int uid, int gid, int rdev, long size, long blocks, int blockSize,
        Timespec atime, Timespec mtime, Timespec ctime) {
    /** The type of the file. */
    public FileType type() {
        return FileType.ofMode(mode).orElseThrow();
    }

    /** The mode without the type: permissions, set-user-id, set-group-id and sticky. */
    public int permissions() {
        return mode & 07777;
    }

    /** Whether it is a directory. */
    public boolean isDirectory() { return FileType.DIRECTORY.is(mode); }

    /** Whether it is a regular file. */
    public boolean isRegular() { return FileType.REGULAR.is(mode); }

    /** Whether it is a symbolic link. */
    public boolean isSymlink() { return FileType.SYMLINK.is(mode); }
}
