package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.SyncFsView;

/** SYNCFS: writes the whole filesystem back to storage. */
public non-sealed interface SyncFs extends Operation<SyncFs>, Deferrable<SyncFs, Void> {
    /** An operation made by hand. */
    static SyncFs of(long node) {
        return new SyncFsView(Opcode.SYNCFS, node);
    }
}
