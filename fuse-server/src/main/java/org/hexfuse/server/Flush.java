package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.FlushView;

/** FLUSH: a descriptor of the open file {@link #node} is closed. */
public non-sealed interface Flush extends Operation<Flush>, Deferrable<Flush, Void> {
    /** An operation made by hand. */
    static Flush of(long node, long handle, long lockOwner) {
        return new FlushView(Opcode.FLUSH, node).withHandle(handle).withLockOwner(lockOwner);
    }

    /** What {@code open} returned. */
    long handle();

    /** The owner of the record locks that are released with it. */
    long lockOwner();

    /** The same operation with another handle. */
    Flush withHandle(long handle);

    /** The same operation with another lock owner. */
    Flush withLockOwner(long owner);
}
