package org.hexfuse.server;

import org.hexfuse.abi.CopyFileRangeIn;

/** COPY_FILE_RANGE: copies from the file {@link #node} to another one. */
public final class CopyFileRange extends Operation {
    CopyFileRange() {}

    /** The handle of the source. */
    public long handle() {
        return CopyFileRangeIn.FH_IN.get(arguments());
    }

    /** Where to start in the source, in bytes. */
    public long offset() {
        return CopyFileRangeIn.OFF_IN.get(arguments());
    }

    /** The node to copy to. */
    public long targetNode() {
        return CopyFileRangeIn.NODEID_OUT.get(arguments());
    }

    /** The handle of the target. */
    public long targetHandle() {
        return CopyFileRangeIn.FH_OUT.get(arguments());
    }

    /** Where to start in the target, in bytes. */
    public long targetOffset() {
        return CopyFileRangeIn.OFF_OUT.get(arguments());
    }

    /** How many bytes to copy. */
    public long length() {
        return CopyFileRangeIn.LEN.get(arguments());
    }

    /** The flags of {@code copy_file_range(2)}, 0 today. */
    public long flags() {
        return CopyFileRangeIn.FLAGS.get(arguments());
    }
}
