package org.hexfuse.server;

import org.hexfuse.abi.AccessIn;

/** ACCESS: asks whether the caller may do something with {@link #node}. */
public final class Access extends Operation {
    Access() {}

    /** R_OK (4), W_OK (2), X_OK (1), or F_OK (0). */
    public int mask() {
        return AccessIn.MASK.get(arguments());
    }
}
