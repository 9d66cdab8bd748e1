package org.hexfuse.transport.unix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.InHeader;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.Span;
import org.hexfuse.transport.spi.LinearSlot;

/** One worker's buffers for requests and replies, resized when INIT is answered. */
final class UnixChannel implements SlotChannel {
    private static final int ALIGNMENT = 64;

    private final UnixServerLink link;
    private final Span body = new Span();
    private Limits limits = Limits.beforeInit();
    private Arena arena = Arena.ofShared();
    private LinearSlot slot;

    UnixChannel(UnixServerLink link) {
        this.link = link;
        this.slot = allocate(arena, limits.maxMessage());
    }

    @Override public Slot next() throws IOException {
        return link.next(this::receive);
    }

    private Slot receive(MessageReader requests) throws IOException {
        long length = requests.begin(link.longestRequest());
        makeRoom(length);
        MemorySegment.copy(requests.header(), 0, slot.request(), 0, InHeader.SIZE);
        requests.body(body.set(slot.request(), InHeader.SIZE, length - InHeader.SIZE));
        return slot.received(length, limits);
    }

    /** Reads the limits after the header has arrived: INIT may have been answered while this worker was blocked. */
    private void makeRoom(long length) {
        Limits agreed = link.limits();
        if (!agreed.equals(limits) || length > slot.request().byteSize()) {
            Arena before = arena;
            var larger = Arena.ofShared();
            try {
                slot = allocate(larger, Math.max(length, agreed.maxMessage()));
            } catch (OutOfMemoryError e) {
                larger.close();
                throw e;
            }
            arena = larger;
            limits = agreed;
            before.close();
        }
    }

    private LinearSlot allocate(Arena memory, long size) {
        return new LinearSlot(memory.allocate(size, ALIGNMENT), memory.allocate(size, ALIGNMENT), link::reply,
                link.pool());
    }

    @Override public void close() {
        arena.close();
    }
}
