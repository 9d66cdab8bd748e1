package org.hexfuse.server;

import org.hexfuse.abi.FallocateIn;

/** FALLOCATE: allocates or frees a range of the file {@link #node}. */
public final class Fallocate extends Operation {
    Fallocate() {}

    /** What {@code open} returned. */
    public long handle() {
        return FallocateIn.FH.get(arguments());
    }

    /** Where the range starts, in bytes. */
    public long offset() {
        return FallocateIn.OFFSET.get(arguments());
    }

    /** Its length in bytes. */
    public long length() {
        return FallocateIn.LENGTH.get(arguments());
    }

    /** The mode of {@code fallocate(2)}. */
    public int mode() {
        return FallocateIn.MODE.get(arguments());
    }
}
