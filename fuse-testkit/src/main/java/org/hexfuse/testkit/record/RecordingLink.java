package org.hexfuse.testkit.record;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.transport.CallerDriven;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;

/** A link whose slots are recorded, but for those of opcodes that this version does not know. */
final class RecordingLink implements ServerLink {
    private final ServerLink link;
    private final Recorder recorder;

    RecordingLink(ServerLink link, Recorder recorder) {
        this.link = link;
        this.recorder = recorder;
    }

    private Slot record(Slot slot) {
        Opcode opcode = Opcode.byCode(slot.opcode());
        return opcode == null ? slot
                : new RecordingSlot(slot, recorder.add(RequestDecoder.decode(opcode, slot)));
    }

    @Override public int maxMessage() {
        return link.maxMessage();
    }

    @Override public void negotiated(Limits limits) {
        link.negotiated(limits);
    }

    @Override public SlotChannel openChannel() throws IOException {
        SlotChannel channel = link.openChannel();
        return new SlotChannel() {
            @Override public Slot next() throws IOException, InterruptedException {
                Slot slot = channel.next();
                return slot == null ? null : RecordingLink.this.record(slot);
            }

            @Override public void close() {
                channel.close();
            }
        };
    }

    @Override public boolean blocksInSystemCalls() {
        return link.blocksInSystemCalls();
    }

    @Override public Errno send(MemorySegment message, long size) {
        return link.send(message, size);
    }

    @Override public boolean isConnected() { return link.isConnected(); }

    @Override public <T> Optional<T> feature(Class<T> type) {
        Optional<T> feature = link.feature(type);
        return type == CallerDriven.class ? feature.map(driven -> type.cast(recorded((CallerDriven) driven))) : feature;
    }

    private CallerDriven recorded(CallerDriven driven) {
        return (Consumer<Slot> handler, Runnable ended) -> driven.drive(slot -> handler.accept(record(slot)), ended);
    }

    @Override public void shutdown() {
        link.shutdown();
    }

    @Override public void close() {
        link.close();
    }
}
