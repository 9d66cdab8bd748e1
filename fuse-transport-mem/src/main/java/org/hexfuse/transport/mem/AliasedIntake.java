package org.hexfuse.transport.mem;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Opcode;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.BufferSlot;
import org.hexfuse.transport.spi.ReplySink;
import org.hexfuse.transport.spi.SlotPool;

/**
 * Header, arguments and payload in separate buffers, and the reply in the buffer of the payload, as in an io_uring entry. Tests
 * use it to find code that reads a request after it has begun the reply.
 */
final class AliasedIntake extends BufferSlot implements Intake {
    private static final int STRUCT_ROOM = 128;

    private final Limits limits;
    private final DeviceHandle handle;
    private final MemorySegment payload;

    AliasedIntake(Limits limits, DeviceHandle handle, ReplySink sink, SlotPool pool) {
        this(limits, handle, Arena.ofAuto().allocate(limits.maxMessage(), 64), sink, pool);
    }

    private AliasedIntake(Limits limits, DeviceHandle handle, MemorySegment payload, ReplySink sink, SlotPool pool) {
        super(Arena.ofAuto().allocate(STRUCT_ROOM, 8), Arena.ofAuto().allocate(STRUCT_ROOM, 8), payload, payload, 0,
                sink,
                pool);
        this.limits = limits;
        this.handle = handle;
        this.payload = payload;
    }

    @Override public long capacity() {
        return payload.byteSize();
    }

    @Override public DeviceHandle handle() {
        return handle;
    }

    @Override public Limits limits() {
        return limits;
    }

    @Override public Slot receive(OutgoingRequest source) {
        int headSize = source.headSize();
        Opcode opcode = Opcode.byCode(InHeader.OPCODE.get(source.head()));
        int expected = opcode == null ? 0 : opcode.argumentsSize(limits.minor(), limits.flags());
        int arguments = Math.min(expected, headSize - InHeader.SIZE);
        int names = headSize - InHeader.SIZE - arguments;
        long data = source.data().size();
        MemorySegment.copy(source.head(), 0, header(), 0, InHeader.SIZE);
        MemorySegment.copy(source.head(), InHeader.SIZE, arguments(), 0, arguments);
        MemorySegment.copy(source.head(), InHeader.SIZE + arguments, payload, 0, names);
        if (data > 0) {
            source.data().copyTo(0, payload, names, data);
        }
        return received(arguments, 0, names + data);
    }
}
