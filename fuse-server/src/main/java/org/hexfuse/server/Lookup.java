package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.LookupView;

/** LOOKUP: looks up a name in the directory {@link #node}. */
public non-sealed interface Lookup extends Operation<Lookup>, Deferrable<Lookup, Entry> {
    /** An operation made by hand. */
    static Lookup of(long node, Name name) {
        return new LookupView(Opcode.LOOKUP, node).withName(name);
    }

    /** The name. */
    Name name();

    /** The same operation with another name. */
    Lookup withName(Name name);
}
