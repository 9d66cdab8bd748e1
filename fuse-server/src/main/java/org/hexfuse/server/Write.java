package org.hexfuse.server;

import java.util.OptionalLong;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.WriteView;
import org.hexfuse.transport.Segments;

/** WRITE: writes to the file {@link #node}. */
public non-sealed interface Write extends Operation<Write>, Deferrable<Write, Integer> {
    /** An operation made by hand, without flags. */
    static Write of(long node, long handle, long offset, byte[] data) {
        return new WriteView(Opcode.WRITE, node).withHandle(handle).withOffset(offset)
                .withData(data);
    }

    /** What {@code open} returned. */
    long handle();

    /** The offset to write to, in bytes. */
    long offset();

    /** The number of bytes to write: the size of {@link #data}. */
    int size();

    /** The bytes to write, in the transport's memory, or in the caller's in the same process: not to be changed. */
    Segments data();

    /** Whether the kernel writes its page cache back, so that {@link #caller} is not the writer. */
    boolean fromCache();

    /** Whether to clear set-user-ID and set-group-ID. */
    boolean killSuidgid();

    /**
     * The lock owner of the caller, which a {@link Lock} or {@link Flush} has, too; empty where the kernel does not send it, as on Linux
     * when the page cache is written back.
     */
    OptionalLong lockOwner();

    /** The flags that the file was opened with; 0 from a kernel before 7.9. */
    int flags();

    /** The same operation with another handle. */
    Write withHandle(long handle);

    /** The same operation at another offset. */
    Write withOffset(long offset);

    /** The same operation with other bytes. */
    Write withData(byte[] data);

    /** The same operation with a lock owner. */
    Write withLockOwner(long owner);

    /** The same operation with other flags. */
    Write withFlags(int flags);
}
