package org.hexfuse.posix;

/**
 * The size and the free space of a filesystem: {@code struct statvfs}.
 *
 * @param frsize the size of a block, in bytes
 * @param blocks the number of blocks
 * @param bfree free blocks
 * @param bavail free blocks for users without privilege
 * @param files the number of inodes
 * @param ffree free inodes
 * @param namemax the longest name, in bytes
 */
public record StatVfs(long frsize, long blocks, long bfree, long bavail, long files, long ffree, int namemax) {
    /** For filesystems without a size: zeros, and names of up to 255 bytes. */
    public static final StatVfs UNKNOWN = new StatVfs(512, 0, 0, 0, 0, 0, 255);
}
