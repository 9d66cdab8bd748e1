package org.hexfuse.server;

import org.hexfuse.abi.WriteFlag;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.transport.Segments;

/** WRITE: writes to the file {@link #node}. */
public final class Write extends Operation {
    Write() {}

    /** What {@code open} returned. */
    public long handle() {
        return WriteIn.FH.get(arguments());
    }

    /** Where to start, in bytes. */
    public long offset() {
        return WriteIn.OFFSET.get(arguments());
    }

    /** How many bytes to write: the size of {@link #data}. */
    public int size() {
        return WriteIn.SIZE_FIELD.get(arguments());
    }

    /** The bytes to write, where the transport has them. */
    public Segments data() {
        return slot().rest();
    }

    /** Whether the kernel writes back what it had cached, so that {@link #caller} is not who wrote. */
    public boolean fromCache() {
        return WriteFlag.CACHE.in(WriteIn.WRITE_FLAGS.get(arguments()));
    }

    /** Whether set-user-ID and set-group-ID are to be taken away. */
    public boolean killSuidgid() {
        return WriteFlag.KILL_SUIDGID.in(WriteIn.WRITE_FLAGS.get(arguments()));
    }

    /** The flags that the file was opened with; 0 from kernels that don't tell. */
    public int flags() {
        return minor() < 9 ? 0 : WriteIn.FLAGS.get(arguments());
    }
}
