package org.hexfuse.transport.spi;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.Span;

/**
 * A slot over fixed buffers that are reused for one request after another. The parts of a message may be in one buffer or in
 * several, and the reply may share memory with the request.
 *
 * <p>A transport fills the buffers and calls {@link #received}. The slot keeps unique and opcode after the views of the request
 * are invalid, throws {@link IllegalStateException} on a second commit, and copies into the link's {@link SlotPool} on
 * {@link #detach}, unless the transport overrides that.
 */
public class BufferSlot implements Slot {
    private final MemorySegment header;
    private final MemorySegment arguments;
    private final MemorySegment payload;
    private final MemorySegment replyMemory;
    private final long replyBase;
    private final MemorySegment reply;
    private final ReplySink sink;
    private final SlotPool pool;
    private final Span rest = new Span();
    private final Span replyData = new Span();
    private final AtomicBoolean owned = new AtomicBoolean();
    private long unique;
    private int opcode;
    private int argumentsSize;

    /**
     * A slot without a request.
     *
     * @param header the buffer of the header, from offset 0
     * @param arguments the buffer of the argument struct, from offset 0
     * @param payload the buffer of names and bulk data
     * @param replyMemory the buffer of the reply, used from {@code replyBase} on
     * @param sink sends the replies
     * @param pool allocates the memory of detached slots
     */
    public BufferSlot(MemorySegment header, MemorySegment arguments, MemorySegment payload, MemorySegment replyMemory,
            long replyBase, ReplySink sink, SlotPool pool) {
        this.header = header;
        this.arguments = arguments;
        this.payload = payload;
        this.replyMemory = replyMemory;
        this.replyBase = replyBase;
        this.reply = replyMemory.asSlice(replyBase);
        this.sink = sink;
        this.pool = pool;
    }

    /** The buffers hold a request: hands the slot to the server. */
    public final Slot received(int bytesOfArguments, long restOffset, long restLength) {
        unique = InHeader.UNIQUE.get(header);
        opcode = InHeader.OPCODE.get(header);
        argumentsSize = bytesOfArguments;
        rest.set(payload, restOffset, restLength);
        if (!owned.compareAndSet(false, true)) {
            throw new IllegalStateException("the slot's last request was neither committed nor released nor detached");
        }
        return this;
    }

    /** Called when the slot is returned to the transport, on the thread that returns it. Does nothing unless overridden. */
    protected void freed() {}

    @Override public final long unique() {
        return unique;
    }

    @Override public final int opcode() {
        return opcode;
    }

    @Override public final MemorySegment header() {
        return header;
    }

    @Override public final MemorySegment arguments() {
        return arguments;
    }

    @Override public final int argumentsSize() {
        return argumentsSize;
    }

    @Override public final Segments rest() {
        return rest;
    }

    @Override public final long replyCapacity() {
        return reply.byteSize();
    }

    @Override public final MemorySegment reply() {
        return reply;
    }

    @Override public final Segments replyData(int structSize) {
        return replyData.set(reply, structSize, reply.byteSize() - structSize);
    }

    @Override public final Errno commit(Errno error, int structSize, long dataSize) {
        long length = error == Errno.OK ? structSize + dataSize : 0;
        if (length > reply.byteSize()) {
            throw new IllegalArgumentException("a reply of " + length + " bytes in a slot for " + reply.byteSize());
        }
        giveBack();
        try {
            return sink.send(unique, error, replyMemory, replyBase, length);
        } finally {
            freed();
        }
    }

    @Override public void release() {
        giveBack();
        freed();
    }

    @Override public Slot detach(long replyRoom) {
        Slot copy = pool.copyOf(this, sink, replyRoom);
        release();
        return copy;
    }

    private void giveBack() {
        if (!owned.compareAndSet(true, false)) {
            throw new IllegalStateException("the slot was committed, released or detached before");
        }
    }
}
