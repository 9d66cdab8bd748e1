package org.hexfuse.transport.spi;

import java.lang.foreign.MemorySegment;
import java.net.ProtocolException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.Slot;

/**
 * A slot of a transport whose messages are contiguous, as on {@code /dev/fuse} and on sockets. The reply's buffer begins with
 * room for the {@link OutHeader}, which the transport writes.
 */
public class LinearSlot extends BufferSlot {
    private final MemorySegment request;

    /**
     * A slot without a request.
     *
     * @param request the buffer of whole requests
     * @param reply the buffer of whole replies, header included
     * @param sink sends the replies; its offset is {@link OutHeader#SIZE}
     * @param pool allocates the memory of detached slots
     */
    public LinearSlot(MemorySegment request, MemorySegment reply, ReplySink sink, SlotPool pool) {
        super(request, request.asSlice(InHeader.SIZE), request, reply, OutHeader.SIZE, sink, pool);
        this.request = request;
    }

    /** The buffer that whole requests are read into. */
    public final MemorySegment request() {
        return request;
    }

    /**
     * The buffer holds a message of {@code length} bytes: hands the slot to the server.
     *
     * @throws ProtocolException if the message is malformed
     */
    public final Slot received(long length, Limits limits) throws ProtocolException {
        if (length < InHeader.SIZE) {
            throw new ProtocolException("a request of " + length + " bytes, less than its header");
        }
        long announced = InHeader.LEN.getUnsigned(request, 0);
        if (announced != length) {
            throw new ProtocolException("a request of " + length + " bytes whose header says " + announced);
        }
        Opcode opcode = Opcode.byCode(InHeader.OPCODE.get(request));
        int expected = opcode == null ? 0 : opcode.argumentsSize(limits.minor(), limits.flags());
        int arguments = (int) Math.min(expected, length - InHeader.SIZE);
        return received(arguments, InHeader.SIZE + arguments, length - InHeader.SIZE - arguments);
    }
}
