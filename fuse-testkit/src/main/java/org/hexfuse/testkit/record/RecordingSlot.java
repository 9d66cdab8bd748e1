package org.hexfuse.testkit.record;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Slot;

/** A slot whose reply is recorded when it is committed. */
final class RecordingSlot implements Slot {
    private final Slot slot;
    private final Recorder.Entry entry;

    RecordingSlot(Slot slot, Recorder.Entry entry) {
        this.slot = slot;
        this.entry = entry;
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

    /** Records the reply before it is sent, since its caller may look for it at once. */
    @Override public Errno commit(Errno error, int structSize, long dataSize) {
        entry.reply(error, error == Errno.OK ? structSize + dataSize : 0);
        return slot.commit(error, structSize, dataSize);
    }

    @Override public void release() {
        slot.release();
    }

    @Override public Slot detach(long replyRoom) {
        return new RecordingSlot(slot.detach(replyRoom), entry);
    }
}
