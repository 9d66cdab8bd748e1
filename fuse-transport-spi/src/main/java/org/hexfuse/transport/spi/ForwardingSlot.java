package org.hexfuse.transport.spi;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Slot;

/** A slot that passes all calls to another one, for decorators. What {@link #detach} returns is the decorator's decision. */
public abstract class ForwardingSlot implements Slot {
    /** The decorated slot. */
    protected final Slot slot;

    /** Decorates {@code slot}. */
    protected ForwardingSlot(Slot slot) {
        this.slot = slot;
    }

    @Override public long unique() {
        return slot.unique();
    }

    @Override public int opcode() {
        return slot.opcode();
    }

    @Override public MemorySegment header() {
        return slot.header();
    }

    @Override public MemorySegment arguments() {
        return slot.arguments();
    }

    @Override public int argumentsSize() {
        return slot.argumentsSize();
    }

    @Override public Segments rest() {
        return slot.rest();
    }

    @Override public long replyCapacity() {
        return slot.replyCapacity();
    }

    @Override public MemorySegment reply() {
        return slot.reply();
    }

    @Override public Segments replyData(int structSize) {
        return slot.replyData(structSize);
    }

    @Override public Errno commit(Errno error, int structSize, long dataSize) {
        return slot.commit(error, structSize, dataSize);
    }

    @Override public void release() {
        slot.release();
    }
}
