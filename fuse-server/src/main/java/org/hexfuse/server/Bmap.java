package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.BmapView;

/**
 * BMAP: maps a block of the file {@link #node} to a block of its device. Only kernels that mount a block device send
 * it.
 */
public non-sealed interface Bmap extends Operation<Bmap>, Deferrable<Bmap, Long> {
    /** An operation made by hand. */
    static Bmap of(long node, long block, int blockSize) {
        return new BmapView(Opcode.BMAP, node).withBlock(block, blockSize);
    }

    /** The block's number within the file. */
    long block();

    /** The size of a block, in bytes. */
    int blockSize();

    /** The same operation for another block. */
    Bmap withBlock(long block, int blockSize);
}
