package org.hexfuse.transport.mem;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Opcode;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.Span;
import org.hexfuse.transport.spi.ReplySink;
import org.hexfuse.transport.spi.SlotPool;

/**
 * The slot of a request that runs on its caller's thread: its views are the caller's own memory, which is lent until the handler has
 * returned. The data of a WRITE and that of the reply to a READ are copied once, between the filesystem and the caller. Structs of
 * replies have memory of their own, since the caller's has no room for those that violate the protocol.
 */
final class LentIntake implements Intake, Slot {
    private final Limits limits;
    private final DeviceHandle handle;
    private final ReplySink sink;
    private final SlotPool pool;
    private final MemorySegment reply;
    /** A request whose pieces cannot be lent; allocated when there is one. */
    private MemorySegment copy = MemorySegment.NULL;
    private final Span rest = new Span();
    private final Span replyData = new Span();
    private final LentMemory data = new LentMemory(this::room, rest);
    private final LentMemory lentReply = new LentMemory(this::replyRoom, replyData);
    private final AtomicBoolean owned = new AtomicBoolean();
    private MemorySegment header = MemorySegment.NULL;
    private MemorySegment arguments = MemorySegment.NULL;
    private Segments currentRest = rest;
    /** The caller's memory for the reply; its size is 0 if none is lent. */
    private Segments forReply = replyData;
    private boolean repliesToLent;
    private long unique;
    private int opcode;
    private int argumentsSize;

    LentIntake(Limits limits, DeviceHandle handle, ReplySink sink, SlotPool pool) {
        this.limits = limits;
        this.handle = handle;
        this.sink = sink;
        this.pool = pool;
        this.reply = Arena.ofAuto().allocate(limits.maxMessage(), 64);
    }

    private MemorySegment room(long bytes) {
        if (copy.byteSize() < bytes) {
            copy = Arena.ofAuto().allocate(Math.max(bytes, Limits.HEAD_ROOM), 64);
        }
        return copy;
    }

    private MemorySegment replyRoom(long bytes) {
        return reply;
    }

    @Override public long capacity() {
        return limits.maxMessage();
    }

    @Override public DeviceHandle handle() {
        return handle;
    }

    @Override public Limits limits() {
        return limits;
    }

    @Override public Slot receive(OutgoingRequest source) {
        if (!owned.compareAndSet(false, true)) {
            throw new IllegalStateException("the slot's last request was neither committed nor released nor detached");
        }
        header = source.head();
        arguments = source.arguments();
        unique = InHeader.UNIQUE.get(header);
        opcode = InHeader.OPCODE.get(header);
        Opcode known = Opcode.byCode(opcode);
        int expected = known == null ? 0 : known.argumentsSize(limits.minor(), limits.flags());
        argumentsSize = Math.min(expected, source.headSize() - InHeader.SIZE);
        currentRest = rest(source, InHeader.SIZE + argumentsSize);
        forReply = source.lentForReply();
        repliesToLent = false;
        return this;
    }

    /** Names are contiguous in the first piece, so data behind them is copied, as is data that only this thread may read. */
    private Segments rest(OutgoingRequest source, int start) {
        int names = source.headSize() - start;
        Segments bulk = source.data();
        if (bulk.size() == 0) {
            return rest.set(source.head(), start, names);
        }
        if (names == 0 && LentMemory.isLendable(bulk)) {
            return data.lend(bulk, bulk.size());
        }
        MemorySegment both = room(names + bulk.size());
        MemorySegment.copy(source.head(), start, both, 0, names);
        bulk.copyTo(0, both, names, bulk.size());
        return rest.set(both, 0, names + bulk.size());
    }

    @Override public void returned() {
        forReply = replyData;
        if (repliesToLent) {
            repliesToLent = false;
            lentReply.lend(replyData.set(reply, 0, 0), 0);
        }
        if (currentRest.equals(data)) {
            data.lend(rest, 0);
            currentRest = rest.set(MemorySegment.NULL, 0, 0);
        }
    }

    @Override public long unique() {
        return unique;
    }

    @Override public int opcode() {
        return opcode;
    }

    @Override public MemorySegment header() {
        return header;
    }

    @Override public MemorySegment arguments() {
        return arguments;
    }

    @Override public int argumentsSize() {
        return argumentsSize;
    }

    @Override public Segments rest() {
        return currentRest;
    }

    @Override public long replyCapacity() {
        return reply.byteSize();
    }

    @Override public MemorySegment reply() {
        return reply;
    }

    @Override public Segments replyData(int structSize) {
        if (structSize == 0 && LentMemory.isLendable(forReply)) {
            repliesToLent = true;
            return lentReply.lend(forReply, 0);
        }
        repliesToLent = false;
        return replyData.set(reply, structSize, reply.byteSize() - structSize);
    }

    @Override public Errno commit(Errno error, int structSize, long dataSize) {
        long length = error == Errno.OK ? structSize + dataSize : 0;
        if (length > replyCapacity()) {
            throw new IllegalArgumentException("a reply of " + length + " bytes in a slot for " + replyCapacity());
        }
        giveBack();
        return repliesToLent && lentReply.isInPlace() && structSize == 0 && length > 0
                ? commitInPlace(length)
                : sink.send(unique, error, reply, 0, length);
    }

    private Errno commitInPlace(long length) {
        Delivery delivery = handle.reply(unique, 0, length);
        if (delivery.verdict() != Errno.OK) {
            return delivery.verdict();
        }
        Segments target = delivery.target();
        if (!target.equals(forReply)) {
            // The server replies on another thread, or an abort has ended the call meanwhile.
            target.copyFrom(0, forReply.segment(0), forReply.offset(0), length);
        }
        return delivery.delivered();
    }

    @Override public void release() {
        giveBack();
    }

    @Override public Slot detach(long replyRoom) {
        Slot detached = pool.copyOf(this, sink, replyRoom);
        release();
        return detached;
    }

    private void giveBack() {
        if (!owned.compareAndSet(true, false)) {
            throw new IllegalStateException("the slot was committed, released or detached before");
        }
    }
}
