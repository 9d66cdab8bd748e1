package org.hexfuse.transport.mem;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.hexfuse.abi.Errno;
import org.hexfuse.transport.CallerDriven;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.spi.ReplySink;
import org.hexfuse.transport.spi.SlotPool;
import org.hexfuse.transport.spi.WholeMessage;

/**
 * The server end: takes requests from the device of the kernel end. Each worker has a clone of the device, so that workers do not
 * contend for one processing table, as servers of {@code /dev/fuse} do.
 */
final class MemoryServerLink implements ServerLink {
    /** A payload of 256 pages, and the header. */
    static final int MAX_MESSAGE = 256 * 4096 + Limits.HEAD_ROOM;

    /** The workers and callers beyond these share the link's first handle. */
    private static final int MOST_CLONES = 64;

    private final DeviceHandle handle;
    private final Set<DeviceHandle> clones = ConcurrentHashMap.newKeySet();
    /** The clones of workers that have ended. */
    private final Queue<DeviceHandle> unused = new ConcurrentLinkedQueue<>();
    private volatile boolean shut;
    private final boolean inline;
    private final boolean aliased;
    private final SlotPool pool = new SlotPool();
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

    /** A clone of the device for one worker, which {@link #shutdown} closes: one that is unused, if there is one. */
    DeviceHandle newHandle() {
        DeviceHandle left = unused.poll();
        if (left != null) {
            return left;
        }
        if (clones.size() >= MOST_CLONES) {
            return handle;
        }
        DeviceHandle clone = handle.duplicate();
        clones.add(clone);
        if (shut) {
            clone.close();
        }
        return clone;
    }

    /** A worker has ended. Its clone stays open: requests that were read from it may be outstanding. */
    void unused(DeviceHandle clone) {
        if (!clone.equals(handle)) {
            unused.add(clone);
        }
    }

    /** Memory for one request at a time, of the size that {@code current} asks for. The replies go to {@code own}. */
    Intake newIntake(Limits current, DeviceHandle own) {
        ReplySink sink = sink(own);
        return aliased ? new AliasedIntake(current, own, sink, pool) : new LinearIntake(current, own, sink, pool);
    }

    /** The same for requests that run on the threads of their callers, whose memory it lends to the server. */
    Intake newIntakeForCaller(Limits current, DeviceHandle own) {
        return aliased ? newIntake(current, own) : new LentIntake(current, own, sink(own), pool);
    }

    private static ReplySink sink(DeviceHandle own) {
        return (unique, error, memory, offset, length) -> WholeMessage.write(own, unique, -error.code(), memory,
                offset, length);
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
        shut = true;
        clones.forEach(DeviceHandle::close);
        handle.close();
    }

    @Override public void close() {
        shutdown();
    }
}
