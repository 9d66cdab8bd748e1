package org.hexfuse.testkit.record;

import org.hexfuse.abi.Errno;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.ForwardingSlot;

/** A slot whose reply is recorded when it is committed. */
final class RecordingSlot extends ForwardingSlot {
    private final Recorder.Entry entry;

    RecordingSlot(Slot slot, Recorder.Entry entry) {
        super(slot);
        this.entry = entry;
    }

    /** Records the reply before it is sent, since its caller may look for it at once. */
    @Override public Errno commit(Errno error, int structSize, long dataSize) {
        entry.reply(error, error == Errno.OK ? structSize + dataSize : 0);
        return super.commit(error, structSize, dataSize);
    }

    @Override public Slot detach(long replyRoom) {
        return new RecordingSlot(slot.detach(replyRoom), entry);
    }
}
