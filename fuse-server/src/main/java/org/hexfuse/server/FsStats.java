package org.hexfuse.server;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.KStatfs;

/**
 * How full a filesystem is: what {@code statfs(2)} shows.
 *
 * @param blockSize the size of a block in bytes
 * @param blocks blocks in all
 * @param freeBlocks blocks that are free
 * @param availableBlocks blocks that are free for users without privilege
 * @param files nodes in all
 * @param freeFiles nodes that are free
 * @param maxNameLength the longest name in bytes
 */
public record FsStats(int blockSize, long blocks, long freeBlocks, long availableBlocks, long files, long freeFiles,
        int maxNameLength) {
    /** For filesystems that have no size: zeros, and names of up to 255 bytes. */
    public static final FsStats UNKNOWN = new FsStats(512, 0, 0, 0, 0, 0, 255);

    void write(MemorySegment segment, int size) {
        segment.asSlice(0, size).fill((byte) 0);
        KStatfs.BLOCKS.set(segment, blocks);
        KStatfs.BFREE.set(segment, freeBlocks);
        KStatfs.BAVAIL.set(segment, availableBlocks);
        KStatfs.FILES.set(segment, files);
        KStatfs.FFREE.set(segment, freeFiles);
        KStatfs.BSIZE.set(segment, blockSize);
        KStatfs.NAMELEN.set(segment, maxNameLength);
        if (size >= KStatfs.SIZE) {
            KStatfs.FRSIZE.set(segment, blockSize);
        }
    }
}
