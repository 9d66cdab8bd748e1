package org.hexfuse.server;

import org.hexfuse.abi.Name;

/** REMOVEXATTR: removes an extended attribute of {@link #node}. */
public final class RemoveXattr extends Operation {
    RemoveXattr() {}

    /** The attribute's name with its namespace. */
    public Name name() {
        return nameAt(0);
    }
}
