package org.hexfuse.server;

import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.LseekView;

/** LSEEK: seeks data or a hole in the file {@link #node}. */
public non-sealed interface Lseek extends Operation<Lseek>, Deferrable<Lseek, Long> {
    /** An operation made by hand. */
    static Lseek of(long node, long handle, long offset, int whence) {
        return new LseekView(Opcode.LSEEK, node).withHandle(handle).withOffset(offset, whence);
    }

    /** What {@code open} returned. */
    long handle();

    /** The offset to start from, in bytes. */
    long offset();

    /** SEEK_DATA (3) or SEEK_HOLE (4). */
    int whence();

    /** The same operation with another handle. */
    Lseek withHandle(long handle);

    /** The same operation from another offset. */
    Lseek withOffset(long offset, int whence);
}
