package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.ReadLinkView;

/** READLINK: reads the target of the symbolic link {@link #node}. */
public non-sealed interface ReadLink extends Operation<ReadLink>, Deferrable<ReadLink, Name> {
    /** An operation made by hand. */
    static ReadLink of(long node) {
        return new ReadLinkView(Opcode.READLINK, node);
    }
}
