package org.hexfuse.server;

import org.hexfuse.abi.Name;

/** RMDIR: removes an empty directory from the directory {@link #node}. */
public final class RmDir extends Operation {
    RmDir() {}

    /** The name. */
    public Name name() {
        return nameAt(0);
    }
}
