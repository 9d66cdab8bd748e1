package org.hexfuse.server;

import org.hexfuse.abi.ReadIn;

/** READ: reads from the file {@link #node}. */
public final class Read extends Operation {
    Read() {}

    /** What {@code open} returned. */
    public long handle() {
        return ReadIn.FH.get(arguments());
    }

    /** Where to start, in bytes. */
    public long offset() {
        return ReadIn.OFFSET.get(arguments());
    }

    /** How many bytes to read. */
    public int size() {
        return (int) Math.min(ReadIn.SIZE_FIELD.getUnsigned(arguments(), 0), slot().replyCapacity());
    }

    /** The flags that the file was opened with; 0 from kernels that don't tell. */
    public int flags() {
        return minor() < 9 ? 0 : ReadIn.FLAGS.get(arguments());
    }
}
