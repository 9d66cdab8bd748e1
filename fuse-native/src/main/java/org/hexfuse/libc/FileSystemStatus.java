package org.hexfuse.libc;

/**
 * What {@code statfs(2)} says of a filesystem.
 *
 * @param type the magic number of its kind; FUSE has {@link #FUSE}
 * @param blockSize the best size of reads and writes, in bytes
 * @param fragmentSize the unit of the counts of blocks, in bytes
 * @param nameMax the most bytes of a name
 */
public record FileSystemStatus(long type, long blockSize, long blocks, long blocksFree, long blocksAvailable,
        long files, long filesFree, long nameMax, long fragmentSize) {
    /** The type of FUSE filesystems. */
    public static final long FUSE = 0x65735546;
}
