package org.hexfuse.transport;

import java.lang.foreign.MemorySegment;

/**
 * A request that a transport has taken from a {@link DeviceHandle} and is about to send.
 *
 * <p>The transport copies it and then calls {@link #sent} or {@link #failed}, exactly once, on the same thread. The views
 * end there. Abort does not take the memory away before.
 */
public interface OutgoingRequest {
    /** Memory that holds header, argument struct and names, one after another, from offset 0 on. */
    MemorySegment head();

    /** The bytes of header, argument struct and names. */
    int headSize();

    /** The bulk data behind them, such as what a WRITE writes; often empty. */
    Segments data();

    /** The length of the whole message in bytes. */
    default long size() {
        return headSize() + data().size();
    }

    /** The message is on its way: from now on it can be answered. */
    void sent();

    /** The message could not be copied. The caller gets EIO, or what the kernel profile says. */
    void failed();
}
