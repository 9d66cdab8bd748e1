package org.hexfuse.transport.mem;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Opcode;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.LinearSlot;
import org.hexfuse.transport.spi.ReplySink;
import org.hexfuse.transport.spi.SlotPool;

/** Requests and replies each in one buffer, as on {@code /dev/fuse}. */
final class LinearIntake extends LinearSlot implements Intake {
    private final Limits limits;
    private final DeviceHandle handle;

    LinearIntake(Limits limits, DeviceHandle handle, ReplySink sink, SlotPool pool) {
        super(Arena.ofAuto().allocate(limits.maxMessage(), 64), Arena.ofAuto().allocate(limits.maxMessage(), 64), sink,
                pool);
        this.limits = limits;
        this.handle = handle;
    }

    @Override public long capacity() {
        return request().byteSize();
    }

    @Override public DeviceHandle handle() {
        return handle;
    }

    @Override public Limits limits() {
        return limits;
    }

    @Override public Slot receive(OutgoingRequest source) {
        long size = source.size();
        int headSize = source.headSize();
        MemorySegment.copy(source.head(), 0, request(), 0, headSize);
        if (size > headSize) {
            source.data().copyTo(0, request(), headSize, size - headSize);
        }
        Opcode opcode = Opcode.byCode(InHeader.OPCODE.get(request()));
        int expected = opcode == null ? 0 : opcode.argumentsSize(limits.minor(), limits.flags());
        int arguments = (int) Math.min(expected, size - InHeader.SIZE);
        return received(arguments, InHeader.SIZE + arguments, size - InHeader.SIZE - arguments);
    }
}
