package org.hexfuse.server;

import org.hexfuse.abi.OpenIn;

/** OPENDIR: opens the directory {@link #node}. */
public final class OpenDir extends Operation {
    OpenDir() {}

    /** The flags of {@code open(2)}. */
    public int flags() {
        return OpenIn.FLAGS.get(arguments());
    }
}
