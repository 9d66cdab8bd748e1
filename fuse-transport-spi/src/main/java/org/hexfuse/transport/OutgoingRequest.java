package org.hexfuse.transport;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.InHeader;

/**
 * A request that a transport has taken from a {@link DeviceHandle} and is about to send.
 *
 * <p>The transport copies it and then calls {@link #sent} or {@link #failed}, exactly once, on the same thread; until then the
 * memory stays valid, even if the connection is aborted, and no longer.
 */
public interface OutgoingRequest {
    /** The header, the argument struct and the names, contiguous from offset 0. */
    MemorySegment head();

    /** The argument struct, at offset 0; the segment may be longer. */
    default MemorySegment arguments() {
        return head().asSlice(InHeader.SIZE);
    }

    /** The number of bytes of header, argument struct and names. */
    int headSize();

    /** The bulk data that follows, such as the data of a WRITE; often empty. */
    Segments data();

    /**
     * Memory of the caller's for the bulk data of the reply, of the length that was requested; empty unless the request was taken on
     * the caller's thread, and its caller lends memory. It is the {@link Delivery#target} of a reply that comes on the same thread.
     */
    default Segments lentForReply() {
        return Span.EMPTY;
    }

    /** The length of the whole message in bytes. */
    default long size() {
        return headSize() + data().size();
    }

    /** The message was copied: from now on a reply is accepted. */
    void sent();

    /** The message could not be copied. The caller gets EIO, or what the kernel profile says. */
    void failed();
}
