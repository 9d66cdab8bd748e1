package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.FsyncView;

/** FSYNC: writes the file {@link #node} back to storage. */
public non-sealed interface Fsync extends Operation<Fsync>, Deferrable<Fsync, Void> {
    /** An operation made by hand. */
    static Fsync of(long node, long handle, boolean dataOnly) {
        return new FsyncView(Opcode.FSYNC, node).withHandle(handle).withDataOnly(dataOnly);
    }

    /** What {@code open} returned. */
    long handle();

    /** Whether attributes may be left out that reading the data does not need, as {@code fdatasync(2)} has it. */
    boolean dataOnly();

    /** The same operation with another handle. */
    Fsync withHandle(long handle);

    /** The same operation with another {@link #dataOnly}. */
    Fsync withDataOnly(boolean dataOnly);
}
