package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.SymLinkView;

/** SYMLINK: creates a symbolic link in the directory {@link #node}. */
public non-sealed interface SymLink extends Operation<SymLink>, Deferrable<SymLink, Entry> {
    /** An operation made by hand. */
    static SymLink of(long node, Name name, Name target) {
        return new SymLinkView(Opcode.SYMLINK, node).withAll(name, target);
    }

    /** The name of the link. */
    Name name();

    /** The target of the link. */
    Name target();

    /** The same operation with another name. */
    SymLink withName(Name name);

    /** The same operation with another target. */
    SymLink withTarget(Name target);
}
