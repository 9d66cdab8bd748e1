package org.hexfuse.transport.mem;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.transport.CallerDriven;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.spi.SlotPool;
import org.hexfuse.transport.spi.WholeMessage;

/** The server end: takes requests from the device handle of the kernel end, which the workers share. */
final class MemoryServerLink implements ServerLink {
    /** A payload of 256 pages, and the header. */
    static final int MAX_MESSAGE = 256 * 4096 + Limits.HEAD_ROOM;

    private final DeviceHandle handle;
    private final boolean inline;
    private final boolean aliased;
    private final SlotPool pool = new SlotPool(this::reply);
    private volatile Limits limits = Limits.beforeInit();

    MemoryServerLink(DeviceHandle handle, boolean inline, boolean aliased) {
        this.handle = handle;
        this.inline = inline;
        this.aliased = aliased;
    }

    DeviceHandle handle() {
        return handle;
    }

    Limits limits() {
        return limits;
    }

    /** A buffer for one request at a time, sized by {@code current}. */
    Intake newIntake(Limits current) {
        return aliased ? new AliasedIntake(current, this::reply, pool) : new LinearIntake(current, this::reply, pool);
    }

    private Errno reply(long unique, Errno error, MemorySegment memory, long offset, long length) {
        return WholeMessage.write(handle, unique, -error.code(), memory, offset, length);
    }

    @Override public int maxMessage() {
        return MAX_MESSAGE;
    }

    @Override public void negotiated(Limits settled) {
        pool.negotiated(settled);
        limits = settled;
    }

    @Override public SlotChannel openChannel() {
        return new MemoryChannel(this);
    }

    @Override public boolean isConnected() { return handle.readiness() != DeviceHandle.POLLERR; }

    @Override public boolean blocksInSystemCalls() {
        return false;
    }

    @Override public Errno send(MemorySegment message, long size) {
        return WholeMessage.write(handle, message, size);
    }

    @Override public <T> Optional<T> feature(Class<T> type) {
        return inline && type == CallerDriven.class ? Optional.of(type.cast(new InlineDrive(this))) : Optional.empty();
    }

    @Override public void shutdown() {
        handle.close();
    }

    @Override public void close() {
        shutdown();
    }
}
