package org.hexfuse.vfs;

import java.time.Instant;
import org.hexfuse.abi.FileType;

/**
 * The attributes of a file, as {@code stat(2)} shows them.
 *
 * @param ino the inode number
 * @param mode type and permissions
 * @param links the number of names
 * @param uid the owner
 * @param gid the group
 * @param device what a device file stands for, in the encoding of {@code new_encode_dev}; 0 for others
 * @param size in bytes
 * @param blocks what it occupies, in units of 512 bytes
 * @param blockSize the size in which it is best read and written, in bytes
 * @param accessed when it was last read
 * @param modified when its content last changed
 * @param changed when content or attributes last changed
 */
public record Stat(long ino, int mode, int links, int uid, int gid, int device, long size, long blocks, int blockSize,
        Instant accessed, Instant modified, Instant changed) {
    /** What it is. */
    public FileType type() {
        return FileType.ofMode(mode).orElseThrow();
    }

    /** The bits of the mode that are no type: permissions, set-user-id, set-group-id and sticky. */
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
