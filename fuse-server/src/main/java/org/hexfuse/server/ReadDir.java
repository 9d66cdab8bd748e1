package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.ReadDirView;

/** READDIR and READDIRPLUS: list the directory {@link #node}. */
public non-sealed interface ReadDir extends Operation<ReadDir>, Deferrable<ReadDir, Void> {
    /** An operation made by hand: the whole directory, with room for 64 KiB. */
    static ReadDir of(long node, long handle) {
        return new ReadDirView(Opcode.READDIR, node).withHandle(handle).withRange(0, 1 << 16);
    }

    /** What {@code opendir} returned. */
    long handle();

    /** The cookie of the last entry that the caller has, 0 at the start. */
    long offset();

    /** The number of bytes of entries that fit. */
    int size();

    /** The same operation with another handle. */
    ReadDir withHandle(long handle);

    /** The same operation from another cookie on. */
    ReadDir withRange(long offset, int size);
}
