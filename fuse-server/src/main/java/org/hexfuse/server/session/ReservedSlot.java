package org.hexfuse.server.session;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.ForwardingSlot;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;

/** A detached slot whose memory is reserved in the budget until it is committed or released. */
final class ReservedSlot extends ForwardingSlot {
    private static final RateLimitedLog LIMITED = new RateLimitedLog(Loggers.of(ReservedSlot.class));

    private final RequestMemory memory;
    private final long bytes;

    private ReservedSlot(Slot slot, RequestMemory memory, long bytes) {
        super(slot);
        this.memory = memory;
        this.bytes = bytes;
    }

    /**
     * Detaches a slot for which {@code bytes} are reserved. If allocating fails all the same, frees them and answers ENOMEM.
     *
     * @return the detached slot, or null if the request was answered
     */
    static Slot detach(Slot slot, long replyRoom, RequestMemory memory, long bytes) {
        try {
            return new ReservedSlot(slot.detach(replyRoom), memory, bytes);
        } catch (OutOfMemoryError e) {
            LIMITED.warn("memory", "no memory to keep a request of " + bytes + " bytes, which is answered ENOMEM: "
                    + e.getMessage());
            memory.free(bytes);
            Workers.answer(slot, Errno.ENOMEM);
            return null;
        }
    }

    /**
     * Reserves {@code bytes} and detaches a slot, unless that was done before. Where there is no memory the slot stays as it is.
     *
     * @throws FuseException ENOMEM if there is no memory
     */
    static Slot detachOrFail(Slot slot, long replyRoom, RequestMemory memory, long bytes) {
        if (slot instanceof ReservedSlot) {
            return slot;
        }
        if (!memory.tryReserve(bytes)) {
            throw FuseException.of(Errno.ENOMEM, "max_inflight has no room for one more late reply");
        }
        try {
            return new ReservedSlot(slot.detach(replyRoom), memory, bytes);
        } catch (OutOfMemoryError e) {
            memory.free(bytes);
            throw e;
        }
    }

    @Override public Errno commit(Errno error, int structSize, long dataSize) {
        try {
            return super.commit(error, structSize, dataSize);
        } finally {
            memory.free(bytes);
        }
    }

    @Override public void release() {
        try {
            super.release();
        } finally {
            memory.free(bytes);
        }
    }

    @Override public Slot detach(long replyRoom) {
        return this;
    }
}
