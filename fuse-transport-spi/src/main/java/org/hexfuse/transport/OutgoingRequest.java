package org.hexfuse.transport;

import java.lang.foreign.MemorySegment;

/**
 * A request that a transport has taken from a {@link DeviceHandle} and is about to send.
 *
 * <p>The transport copies it and then calls {@link #sent} or {@link #failed}, exactly once, on the same thread; until then the
 * memory stays valid, even if the connection is aborted, and no longer.
 */
public interface OutgoingRequest {
    /** The header, the argument struct and the names, contiguous from offset 0. */
    MemorySegment head();

    /** The number of bytes of header, argument struct and names. */
    int headSize();

    /** The bulk data that follows, such as the data of a WRITE; often empty. */
    Segments data();

    /** The length of the whole message in bytes. */
    default long size() {
        return headSize() + data().size();
    }

    /** The message was copied: from now on a reply is accepted. */
    void sent();

    /** The message could not be copied. The caller gets EIO, or what the kernel profile says. */
    void failed();
}
