package org.hexfuse.transport.spi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.Slot;

/**
 * The memory of detached slots of one link: buffers for a request and its reply, in three size classes. Any thread may use
 * it.
 *
 * <p>The buffers are of automatic arenas: a filesystem may reply long after its link is closed, and then writes to memory that
 * is still allocated.
 */
public final class SlotPool {
    /** Requests with arguments and no name, such as SETLKW, and replies of structs. */
    private static final int TINY = 512;
    /** Requests without bulk data, with the longest names, and their replies. */
    private static final int SMALL = 2 * Limits.HEAD_ROOM + 512;
    private static final int KEPT_SMALL = 256;
    private static final int KEPT_LARGE = 4;

    private final SizeClass tiny = new SizeClass(TINY, KEPT_SMALL);
    private final SizeClass small = new SizeClass(SMALL, KEPT_SMALL);
    private volatile SizeClass large = new SizeClass(SMALL, 1);

    /** An empty pool. */
    public SlotPool() {}

    /** Resizes the largest class when INIT is answered. */
    public void negotiated(Limits limits) {
        large = new SizeClass(limits.maxMessage(), KEPT_LARGE);
    }

    /**
     * A copy of a request in a buffer of its own, with room for a reply of {@code replyRoom} bytes behind an {@link OutHeader}.
     *
     * @param sink where the slot commits
     */
    public Slot copyOf(Slot slot, ReplySink sink, long replyRoom) {
        long length = InHeader.SIZE + slot.argumentsSize() + slot.rest().size();
        long needed = Math.max(length, OutHeader.SIZE + replyRoom);
        SizeClass sizeClass = needed <= TINY ? tiny : needed <= SMALL ? small : large;
        Detached copy = sizeClass.take(needed);
        copy.outlet.sink = sink;
        MemorySegment.copy(slot.header(), 0, copy.request, 0, InHeader.SIZE);
        MemorySegment.copy(slot.arguments(), 0, copy.request, InHeader.SIZE, slot.argumentsSize());
        int restOffset = InHeader.SIZE + slot.argumentsSize();
        slot.rest().copyTo(0, copy.request, restOffset, slot.rest().size());
        return copy.received(slot.argumentsSize(), restOffset, slot.rest().size());
    }

    /** The free slots of one size class. */
    private final class SizeClass {
        private final int size;
        private final ObjectPool<Detached> free;

        SizeClass(int size, int kept) {
            this.size = size;
            this.free = new ObjectPool<>(kept);
        }

        Detached take(long needed) {
            Detached slot = needed <= size ? free.acquire() : null;
            if (slot != null) {
                return slot;
            }
            long bytes = Math.max(needed, size);
            MemorySegment memory = Arena.ofAuto().allocate(2 * bytes, 8);
            return new Detached(this, memory.asSlice(0, bytes), memory.asSlice(bytes));
        }

        void put(Detached slot) {
            if (slot.request.byteSize() == size) {
                free.release(slot);
            }
        }
    }

    /** Where a detached slot commits, which is decided anew for each request. */
    private static final class Outlet implements ReplySink {
        private ReplySink sink;

        @Override public Errno send(long unique, Errno error, MemorySegment memory, long offset, long length) {
            return sink.send(unique, error, memory, offset, length);
        }
    }

    private final class Detached extends BufferSlot {
        private final SizeClass sizeClass;
        private final MemorySegment request;
        private final Outlet outlet;

        Detached(SizeClass sizeClass, MemorySegment request, MemorySegment reply) {
            this(sizeClass, request, reply, new Outlet());
        }

        private Detached(SizeClass sizeClass, MemorySegment request, MemorySegment reply, Outlet outlet) {
            super(request, request.asSlice(InHeader.SIZE), request, reply, OutHeader.SIZE, outlet, SlotPool.this);
            this.sizeClass = sizeClass;
            this.request = request;
            this.outlet = outlet;
        }

        @Override protected void freed() {
            sizeClass.put(this);
        }
    }
}
