package org.hexfuse.server;

import org.hexfuse.abi.BmapIn;

/** BMAP: asks where on its device a block of the file {@link #node} is. Only kernels that mount a block device ask. */
public final class Bmap extends Operation {
    Bmap() {}

    /** The block's number within the file. */
    public long block() {
        return BmapIn.BLOCK.get(arguments());
    }

    /** The size of a block, in bytes. */
    public int blockSize() {
        return BmapIn.BLOCKSIZE.get(arguments());
    }
}
