package org.hexfuse.vfs;

import java.time.Instant;
import org.hexfuse.abi.FileType;

/**
 * The attributes of a file, as {@code stat(2)} shows them.
 *
 * @param ino the inode number
 * @param mode type and permissions
 * @param links the number of hard links (nlink)
 * @param uid the owner
 * @param gid the group
 * @param device the device number (rdev) of a device file, in the encoding of {@code new_encode_dev}; 0 for others
 * @param size in bytes
 * @param blocks the allocated blocks, of 512 bytes
 * @param blockSize the preferred size of I/O, in bytes
 * @param accessed the time of the last access (atime)
 * @param modified the time of the last change of the content (mtime)
 * @param changed the time of the last change of content or attributes (ctime)
 */
public record Stat(long ino, int mode, int links, int uid, int gid, int device, long size, long blocks, int blockSize,
        Instant accessed, Instant modified, Instant changed) {
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
