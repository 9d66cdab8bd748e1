package org.hexfuse.server;

import org.hexfuse.abi.FlushIn;

/** FLUSH: a descriptor of the open file {@link #node} is closed. */
public final class Flush extends Operation {
    Flush() {}

    /** What {@code open} returned. */
    public long handle() {
        return FlushIn.FH.get(arguments());
    }

    /** Whose POSIX locks end with it. */
    public long lockOwner() {
        return FlushIn.LOCK_OWNER.get(arguments());
    }
}
