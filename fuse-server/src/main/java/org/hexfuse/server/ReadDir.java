package org.hexfuse.server;

import org.hexfuse.abi.ReadIn;

/** READDIR and READDIRPLUS: list the directory {@link #node}. */
public final class ReadDir extends Operation {
    ReadDir() {}

    /** What {@code opendir} returned. */
    public long handle() {
        return ReadIn.FH.get(arguments());
    }

    /** The cookie of the last entry that the caller has, 0 at the start. */
    public long offset() {
        return ReadIn.OFFSET.get(arguments());
    }

    /** How many bytes of entries fit. */
    public int size() {
        return (int) Math.min(ReadIn.SIZE_FIELD.getUnsigned(arguments(), 0), slot().replyCapacity());
    }
}
