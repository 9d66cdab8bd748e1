package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.RemoveXattrView;

/** REMOVEXATTR: removes an extended attribute of {@link #node}. */
public non-sealed interface RemoveXattr extends Operation<RemoveXattr>, Deferrable<RemoveXattr, Void> {
    /** An operation made by hand. */
    static RemoveXattr of(long node, Name name) {
        return new RemoveXattrView(Opcode.REMOVEXATTR, node).withName(name);
    }

    /** The name of the attribute, with its namespace. */
    Name name();

    /** The same operation with another name. */
    RemoveXattr withName(Name name);
}
