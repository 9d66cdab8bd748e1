package org.hexfuse.transport.spi;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.Span;

/**
 * A slot over memory that stays the same while requests come and go. The parts of a message may lie in one buffer or in
 * several, and the reply's memory may be the request's.
 *
 * <p>A transport fills the memory and calls {@link #received}; the slot sees to the rest: unique and opcode outlive the
 * request's views, a second commit is an {@link IllegalStateException}, {@link #detach} copies into the link's
 * {@link SlotPool}.
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
    private final AtomicBoolean out = new AtomicBoolean();
    private long unique;
    private int opcode;
    private int argumentsSize;

    /**
     * A slot without a request.
     *
     * @param header where the header comes to lie, at offset 0
     * @param arguments where the argument struct comes to lie, at offset 0
     * @param payload where names and bulk data come to lie
     * @param replyMemory where the reply goes, from {@code replyBase} on
     * @param sink what a commit calls
     * @param pool where {@link #detach} has memory from
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

    /** The memory holds a request: gives the slot to the server. */
    public final Slot received(int bytesOfArguments, long restOffset, long restLength) {
        unique = InHeader.UNIQUE.get(header);
        opcode = InHeader.OPCODE.get(header);
        argumentsSize = bytesOfArguments;
        rest.set(payload, restOffset, restLength);
        if (!out.compareAndSet(false, true)) {
            throw new IllegalStateException("the slot's last request was neither committed nor released nor detached");
        }
        return this;
    }

    /** The slot was given back. May be overridden; called on the thread that gave it. */
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
            throw new IllegalArgumentException("a reply of " + length + " bytes where " + reply.byteSize() + " fit");
        }
        giveBack();
        try {
            return sink.send(unique, error, replyMemory, replyBase, length);
        } finally {
            freed();
        }
    }

    @Override public final void release() {
        giveBack();
        freed();
    }

    @Override public final Slot detach(long replyRoom) {
        Slot copy = pool.copyOf(this, sink, replyRoom);
        release();
        return copy;
    }

    private void giveBack() {
        if (!out.compareAndSet(true, false)) {
            throw new IllegalStateException("the slot was committed, released or detached before");
        }
    }
}
