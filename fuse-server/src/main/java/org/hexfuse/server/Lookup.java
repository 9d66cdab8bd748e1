package org.hexfuse.server;

import org.hexfuse.abi.Name;

/** LOOKUP: finds a name in the directory {@link #node}. */
public final class Lookup extends Operation {
    Lookup() {}

    /** What to find. */
    public Name name() {
        return nameAt(0);
    }
}
