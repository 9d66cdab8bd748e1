package org.hexfuse.server;

import java.util.OptionalLong;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.ReadView;

/** READ: reads from the file {@link #node}. */
public non-sealed interface Read extends Operation<Read>, Deferrable<Read, Void> {
    /** An operation made by hand, without flags. */
    static Read of(long node, long handle, long offset, int size) {
        return new ReadView(Opcode.READ, node).withHandle(handle).withRange(offset, size);
    }

    /** What {@code open} returned. */
    long handle();

    /** The offset to read from, in bytes. */
    long offset();

    /** The number of bytes to read. */
    int size();

    /**
     * The lock owner of the caller, which a {@link Lock} or {@link Flush} has, too; empty where the kernel does not send it, as on Linux
     * when the page cache is filled.
     */
    OptionalLong lockOwner();

    /** The flags that the file was opened with; 0 from a kernel before 7.9. */
    int flags();

    /** The same operation with another handle. */
    Read withHandle(long handle);

    /** The same operation for another range. */
    Read withRange(long offset, int size);

    /** The same operation with a lock owner. */
    Read withLockOwner(long owner);

    /** The same operation with other flags. */
    Read withFlags(int flags);
}
