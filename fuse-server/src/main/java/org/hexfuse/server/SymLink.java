package org.hexfuse.server;

import org.hexfuse.abi.Name;

/** SYMLINK: makes a symbolic link in the directory {@link #node}. */
public final class SymLink extends Operation {
    SymLink() {}

    /** What the link is called. */
    public Name name() {
        return nameAt(0);
    }

    /** Where it points to. */
    public Name target() {
        return nameAt(1);
    }
}
