package org.hexfuse.server;

import org.hexfuse.abi.Name;

/** UNLINK: takes the name of a file that is no directory out of the directory {@link #node}. */
public final class Unlink extends Operation {
    Unlink() {}

    /** The name. */
    public Name name() {
        return nameAt(0);
    }
}
