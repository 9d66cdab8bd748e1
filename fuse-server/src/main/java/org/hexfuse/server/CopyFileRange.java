package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.CopyFileRangeView;

/** COPY_FILE_RANGE: copies from the file {@link #node} to another file. */
public non-sealed interface CopyFileRange extends Operation<CopyFileRange>, Deferrable<CopyFileRange, Long> {
    /** An operation made by hand, from offset 0 of the source. */
    static CopyFileRange of(long node, long handle, long targetNode, long targetHandle, long targetOffset,
            long length) {
        return new CopyFileRangeView(Opcode.COPY_FILE_RANGE_64, node).withHandle(handle)
                .withTarget(targetNode, targetHandle, targetOffset).withRange(0, length);
    }

    /** The handle of the source. */
    long handle();

    /** The offset in the source, in bytes. */
    long offset();

    /** The node of the target. */
    long targetNode();

    /** The handle of the target. */
    long targetHandle();

    /** The offset in the target, in bytes. */
    long targetOffset();

    /** The number of bytes to copy. */
    long length();

    /** The flags of {@code copy_file_range(2)}, 0 today. */
    long flags();

    /** The same operation with another handle. */
    CopyFileRange withHandle(long handle);

    /** The same operation for another range of the source. */
    CopyFileRange withRange(long offset, long length);

    /** The same operation with another target. */
    CopyFileRange withTarget(long node, long handle, long offset);
}
