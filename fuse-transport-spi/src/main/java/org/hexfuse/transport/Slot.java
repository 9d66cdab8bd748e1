package org.hexfuse.transport;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;

/**
 * One request on the server's end: views of what came, memory for the reply, and one call that commits it.
 *
 * <p>A slot is the server's until {@link #commit}, {@link #release} or {@link #detach}, exactly one of which is called, once.
 * Until then any thread may use it, one at a time. All memory is the transport's.
 *
 * <p><b>Reply memory may be the memory of the request.</b> The first byte written to {@link #reply} or {@link #replyData}
 * ends all views of the request, names included; {@link #unique} and {@link #opcode} stay.
 */
public interface Slot {
    /** The request's unique id. */
    long unique();

    /** The operation's number, which may be none that this version knows. */
    int opcode();

    /** The request's {@link org.hexfuse.abi.InHeader}, at offset 0; the segment may go on behind it. */
    MemorySegment header();

    /** The operation's argument struct, at offset 0; only {@link #argumentsSize} bytes of the segment mean something. */
    MemorySegment arguments();

    /**
     * The bytes of the argument struct that came: less than the struct has if the request was cut short or is of an older
     * minor version.
     */
    int argumentsSize();

    /** What follows the struct: names, contiguous in the first piece, and then bulk data. */
    Segments rest();

    /** The most bytes of reply, behind the header, that fit. */
    long replyCapacity();

    /** Where the structs of the reply go, one after another, from offset 0 on. */
    MemorySegment reply();

    /** Where the reply's bulk data goes when {@code structSize} bytes of structs precede it. */
    Segments replyData(int structSize);

    /**
     * Sends the reply and gives the slot back.
     *
     * @param error OK, or why the operation failed; a failure has no bytes
     * @param structSize the bytes written to {@link #reply}
     * @param dataSize the bytes written to {@link #replyData}
     * @return OK, or what the kernel's end made of it: ENOENT means that the caller is gone, which is no fault
     */
    Errno commit(Errno error, int structSize, long dataSize);

    /** Gives the slot of a request back that has no reply. */
    void release();

    /**
     * Makes a slot that can be kept for as long as it takes, with the obligation to reply, and gives this one back. The new
     * slot has a copy of the request where the transport can free the memory of the old one by that.
     *
     * @param replyRoom the most bytes of reply that will be wanted
     */
    Slot detach(long replyRoom);
}
