package org.hexfuse.testkit.fault;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.InHeader;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;

/** A request that was taken from the device, which counts it as sent, and is given to the transport later. */
final class CopiedRequest implements OutgoingRequest {
    private final MemorySegment message;
    private final int headSize;
    private final Span data = new Span();

    private CopiedRequest(MemorySegment message, int headSize) {
        this.message = message;
        this.headSize = headSize;
        data.set(message, headSize, message.byteSize() - headSize);
    }

    /** Copies a request and its data. */
    static CopiedRequest of(OutgoingRequest request) {
        long size = request.size();
        MemorySegment message = Arena.ofAuto().allocate(size, 8);
        MemorySegment.copy(request.head(), 0, message, 0, request.headSize());
        if (size > request.headSize()) {
            request.data().copyTo(0, message, request.headSize(), size - request.headSize());
        }
        return new CopiedRequest(message, request.headSize());
    }

    /** The first bytes of the request, with a header that says so. */
    CopiedRequest truncated(long afterHeader) {
        long size = Math.min(InHeader.SIZE + afterHeader, message.byteSize());
        MemorySegment shorter = Arena.ofAuto().allocate(size, 8).copyFrom(message.asSlice(0, size));
        InHeader.LEN.set(shorter, (int) size);
        return new CopiedRequest(shorter, (int) Math.min(headSize, size));
    }

    @Override public MemorySegment head() {
        return message;
    }

    @Override public int headSize() {
        return headSize;
    }

    @Override public Segments data() {
        return data;
    }

    @Override public void sent() {
        // The device was told when the request was copied.
    }

    @Override public void failed() {
        // The request is lost, as one that a network drops.
    }
}
