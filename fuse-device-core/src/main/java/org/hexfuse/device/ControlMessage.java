package org.hexfuse.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.hexfuse.abi.BatchForgetIn;
import org.hexfuse.abi.ForgetIn;
import org.hexfuse.abi.ForgetOne;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InterruptIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.transport.CallerRequest;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;

/** A message of the kernel's own that has no reply: FORGET, BATCH_FORGET, INTERRUPT. */
final class ControlMessage implements OutgoingRequest, CallerRequest {
    /** The size of a FORGET or an INTERRUPT in bytes. */
    static final int SIZE = InHeader.SIZE + ForgetIn.SIZE;
    private static final int DATA_CAPACITY = 8192 - SIZE;

    private final MemorySegment head = Arena.ofAuto().allocate(SIZE, 8);
    private final MemorySegment memory = Arena.ofAuto().allocate(DATA_CAPACITY, 8);
    private final Span data = new Span();
    private final Consumer<ControlMessage> recycler;

    ControlMessage(Consumer<ControlMessage> recycler) {
        this.recycler = recycler;
    }

    ControlMessage interrupt(RequestState request) {
        writeHeader(Opcode.INTERRUPT, request.unique | 1, 0);
        InterruptIn.UNIQUE.set(head, InHeader.SIZE, request.unique);
        return length(0);
    }

    ControlMessage forget(long unique, ForgetList forgets) {
        forget(unique, forgets.node(), forgets.lookups());
        forgets.remove();
        return this;
    }

    ControlMessage forget(long unique, long node, long lookups) {
        writeHeader(Opcode.FORGET, unique, node);
        ForgetIn.NLOOKUP.set(head, InHeader.SIZE, lookups);
        return length(0);
    }

    ControlMessage unique(long id) {
        InHeader.UNIQUE.set(head, id);
        return this;
    }

    /** Removes as many FORGETs as fit into a message of {@code capacity} bytes. */
    ControlMessage batchForget(long unique, ForgetList forgets, long capacity) {
        long room = Math.min(capacity - SIZE, DATA_CAPACITY) / ForgetOne.SIZE;
        int count = (int) Math.min(room, forgets.size());
        writeHeader(Opcode.BATCH_FORGET, unique, 0);
        BatchForgetIn.COUNT.set(head, InHeader.SIZE, count);
        for (int i = 0; i < count; i++) {
            ForgetOne.NODEID.set(memory, (long) i * ForgetOne.SIZE, forgets.node());
            ForgetOne.NLOOKUP.set(memory, (long) i * ForgetOne.SIZE, forgets.lookups());
            forgets.remove();
        }
        return length(count * ForgetOne.SIZE);
    }

    private void writeHeader(Opcode opcode, long unique, long node) {
        head.fill((byte) 0);
        InHeader.OPCODE.set(head, opcode.code());
        InHeader.UNIQUE.set(head, unique);
        InHeader.NODEID.set(head, node);
    }

    private ControlMessage length(int dataSize) {
        data.set(memory, 0, dataSize);
        InHeader.LEN.set(head, SIZE + dataSize);
        return this;
    }

    @Override public MemorySegment head() {
        return head;
    }

    @Override public int headSize() {
        return SIZE;
    }

    @Override public Segments data() {
        return data;
    }

    void recycle() {
        recycler.accept(this);
    }

    @Override public void sent() {
        recycle();
    }

    /** The message is lost: a lost FORGET costs the server memory, a lost INTERRUPT delays a reply. */
    @Override public void failed() {
        recycle();
    }
}
