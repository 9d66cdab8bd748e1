package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.FsyncDirView;

/** FSYNCDIR: writes the directory {@link #node} back to storage. */
public non-sealed interface FsyncDir extends Operation<FsyncDir>, Deferrable<FsyncDir, Void> {
    /** An operation made by hand. */
    static FsyncDir of(long node, long handle, boolean dataOnly) {
        return new FsyncDirView(Opcode.FSYNCDIR, node).withHandle(handle).withDataOnly(dataOnly);
    }

    /** What {@code opendir} returned. */
    long handle();

    /** Whether attributes may be left out that reading the entries does not need, as {@code fdatasync(2)} has it. */
    boolean dataOnly();

    /** The same operation with another handle. */
    FsyncDir withHandle(long handle);

    /** The same operation with another {@link #dataOnly}. */
    FsyncDir withDataOnly(boolean dataOnly);
}
