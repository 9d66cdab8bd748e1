package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.server.operation.StatFsView;

/** STATFS: gets the statistics of the filesystem. */
public non-sealed interface StatFs extends Operation<StatFs>, Deferrable<StatFs, StatVfs> {
    /** An operation made by hand. */
    static StatFs of(long node) {
        return new StatFsView(Opcode.STATFS, node);
    }
}
