package org.hexfuse.server;

import org.hexfuse.abi.LinkIn;
import org.hexfuse.abi.Name;

/** LINK: gives a file another name, in the directory {@link #node}. */
public final class Link extends Operation {
    Link() {}

    /** The new name. */
    public Name name() {
        return nameAt(0);
    }

    /** The node that gets it. */
    public long target() {
        return LinkIn.OLDNODEID.get(arguments());
    }
}
