package org.hexfuse.transport;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;

/**
 * One request at the server end: views of the message, memory for the reply, and one call that commits it.
 *
 * <p>The server owns a slot until it calls {@link #commit}, {@link #release} or {@link #detach}: exactly one of these, once.
 * Until then any thread may use it, one at a time. All memory belongs to the transport.
 *
 * <p><b>Reply memory may be the memory of the request.</b> The first byte written to {@link #reply} or {@link #replyData}
 * invalidates all views of the request, names included; {@link #unique} and {@link #opcode} stay valid.
 */
public interface Slot {
    /** The request's unique id. */
    long unique();

    /** The opcode, which this version may not know. */
    int opcode();

    /** The request's {@link org.hexfuse.abi.InHeader}, at offset 0; the segment may be longer. */
    MemorySegment header();

    /** The argument struct of the operation, at offset 0; only the first {@link #argumentsSize} bytes are valid. */
    MemorySegment arguments();

    /**
     * The number of bytes of the argument struct that were received: fewer than the struct has if the request is truncated or
     * of an older minor version.
     */
    int argumentsSize();

    /** The bytes after the struct: names, contiguous in the first piece, then bulk data. */
    Segments rest();

    /** The longest reply that fits, in bytes after the header. */
    long replyCapacity();

    /** Memory for the structs of the reply, contiguous from offset 0. */
    MemorySegment reply();

    /** Memory for the reply's bulk data, after {@code structSize} bytes of structs. */
    Segments replyData(int structSize);

    /**
     * Sends the reply and returns the slot to the transport.
     *
     * @param error OK, or the errno of a failure, which has no bytes
     * @param structSize the bytes written to {@link #reply}
     * @param dataSize the bytes written to {@link #replyData}
     * @return OK, or the errno of the kernel end: ENOENT if the request was interrupted or aborted, which is no error
     */
    Errno commit(Errno error, int structSize, long dataSize);

    /** Returns the slot of a request without a reply, such as FORGET, to the transport. */
    void release();

    /**
     * Moves the request to a slot that may be held for any time, and returns this one to the transport. The request is copied
     * where that frees memory of the transport; where the transport needs it until the reply, as io_uring does, the new slot is this one.
     * The new slot has to be committed or released.
     *
     * @param replyRoom the longest reply that will be sent, in bytes
     */
    Slot detach(long replyRoom);
}
