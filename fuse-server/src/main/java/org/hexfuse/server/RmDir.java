package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.RmDirView;

/** RMDIR: removes an empty directory from the directory {@link #node}. */
public non-sealed interface RmDir extends Operation<RmDir>, Deferrable<RmDir, Void> {
    /** An operation made by hand. */
    static RmDir of(long node, Name name) {
        return new RmDirView(Opcode.RMDIR, node).withName(name);
    }

    /** The name. */
    Name name();

    /** The same operation with another name. */
    RmDir withName(Name name);
}
