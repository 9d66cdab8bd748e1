package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.FallocateView;

/** FALLOCATE: allocates or frees a range of the file {@link #node}. */
public non-sealed interface Fallocate extends Operation<Fallocate>, Deferrable<Fallocate, Void> {
    /** An operation made by hand. */
    static Fallocate of(long node, long handle, int mode, long offset, long length) {
        return new FallocateView(Opcode.FALLOCATE, node).withHandle(handle).withMode(mode)
                .withRange(offset, length);
    }

    /** What {@code open} returned. */
    long handle();

    /** The offset of the range, in bytes. */
    long offset();

    /** The length of the range, in bytes. */
    long length();

    /** The mode of {@code fallocate(2)}. */
    int mode();

    /** The same operation with another handle. */
    Fallocate withHandle(long handle);

    /** The same operation with another mode. */
    Fallocate withMode(int mode);

    /** The same operation for another range. */
    Fallocate withRange(long offset, long length);
}
