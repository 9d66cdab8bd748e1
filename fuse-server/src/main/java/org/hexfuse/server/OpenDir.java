package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.OpenDirView;

/** OPENDIR: opens the directory {@link #node}. */
public non-sealed interface OpenDir extends Operation<OpenDir>, Deferrable<OpenDir, Opened> {
    /** An operation made by hand, without flags. */
    static OpenDir of(long node) {
        return new OpenDirView(Opcode.OPENDIR, node);
    }

    /** The flags of {@code open(2)}. */
    int flags();

    /** The same operation with other flags. */
    OpenDir withFlags(int flags);
}
