package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.UnlinkView;

/** UNLINK: removes the name of a file other than a directory from the directory {@link #node}. */
public non-sealed interface Unlink extends Operation<Unlink>, Deferrable<Unlink, Void> {
    /** An operation made by hand. */
    static Unlink of(long node, Name name) {
        return new UnlinkView(Opcode.UNLINK, node).withName(name);
    }

    /** The name. */
    Name name();

    /** The same operation with another name. */
    Unlink withName(Name name);
}
