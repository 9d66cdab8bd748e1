package org.hexfuse.posix;

/**
 * How full a filesystem is: {@code struct statvfs}.
 *
 * @param frsize the size of a block, in bytes
 * @param blocks blocks in all
 * @param bfree free blocks
 * @param bavail free blocks for users without privilege
 * @param files inodes in all
 * @param ffree free inodes
 * @param namemax the longest name, in bytes
 */
public record StatVfs(long frsize, long blocks, long bfree, long bavail, long files, long ffree, int namemax) {
    /** For filesystems that have no size: zeros, and names of up to 255 bytes. */
    public static final StatVfs UNKNOWN = new StatVfs(512, 0, 0, 0, 0, 0, 255);
}
