package org.hexfuse.server;

import org.hexfuse.abi.OpenIn;

/** OPEN: opens the file {@link #node}. */
public final class Open extends Operation {
    Open() {}

    /** The flags of {@code open(2)}, without O_CREAT, O_EXCL and O_NOCTTY. */
    public int flags() {
        return OpenIn.FLAGS.get(arguments());
    }
}
