package org.hexfuse.vfs;

/**
 * What {@code statfs(2)} says of a filesystem.
 *
 * @param blockSize the unit of the three that follow, in bytes
 * @param blocks all blocks
 * @param free blocks that are free
 * @param available blocks that are free for others than root
 * @param files all inodes
 * @param freeFiles inodes that are free
 * @param nameLength the longest name, in bytes
 */
public record FileSystemStat(long blockSize, long blocks, long free, long available, long files, long freeFiles,
        int nameLength) {}
