package org.hexfuse.server;

import org.hexfuse.abi.LseekIn;

/** LSEEK: looks for data or a hole in the file {@link #node}. */
public final class Lseek extends Operation {
    Lseek() {}

    /** What {@code open} returned. */
    public long handle() {
        return LseekIn.FH.get(arguments());
    }

    /** Where to start, in bytes. */
    public long offset() {
        return LseekIn.OFFSET.get(arguments());
    }

    /** SEEK_DATA (3) or SEEK_HOLE (4). */
    public int whence() {
        return LseekIn.WHENCE.get(arguments());
    }
}
