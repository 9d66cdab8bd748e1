package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.LinkView;

/** LINK: adds a name for a file, in the directory {@link #node}. */
public non-sealed interface Link extends Operation<Link>, Deferrable<Link, Entry> {
    /** An operation made by hand. */
    static Link of(long node, Name name, long target) {
        return new LinkView(Opcode.LINK, node).withName(name).withTarget(target);
    }

    /** The new name. */
    Name name();

    /** The node of the file. */
    long target();

    /** The same operation with another name. */
    Link withName(Name name);

    /** The same operation for another file. */
    Link withTarget(long target);
}
