package org.hexfuse.transport.spi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.Slot;

/**
 * Memory for the detached slots of one link: as much as a request and its reply need, in three sizes. Any thread may use it.
 *
 * <p>The memory is of automatic arenas: a filesystem may answer long after its link is closed, and then writes into memory
 * that nobody reads, not into memory that is gone.
 */
public final class SlotPool {
    /** Requests with arguments and no name, such as SETLKW, and replies of structs. */
    private static final int TINY = 512;
    /** Requests without bulk data, with the longest names, and their replies. */
    private static final int SMALL = 2 * Limits.HEAD_ROOM + 512;
    private static final int KEPT_SMALL = 256;
    private static final int KEPT_LARGE = 4;

    private final Shelf tiny = new Shelf(TINY, KEPT_SMALL);
    private final Shelf small = new Shelf(SMALL, KEPT_SMALL);
    private volatile Shelf large = new Shelf(SMALL, 1);

    /** An empty pool. */
    public SlotPool() {}

    /** INIT is answered: messages may be as large as {@code limits} says from now on. */
    public void negotiated(Limits limits) {
        large = new Shelf(limits.maxMessage(), KEPT_LARGE);
    }

    /**
     * A copy of a request, in memory of its own, with room for a reply of {@code replyRoom} bytes and an {@link OutHeader} in
     * front of it.
     *
     * @param sink where the slot commits
     */
    Slot copyOf(Slot slot, ReplySink sink, long replyRoom) {
        long length = InHeader.SIZE + slot.argumentsSize() + slot.rest().size();
        long needed = Math.max(length, OutHeader.SIZE + replyRoom);
        Shelf shelf = needed <= TINY ? tiny : needed <= SMALL ? small : large;
        Detached copy = shelf.take(needed);
        copy.outlet.sink = sink;
        MemorySegment.copy(slot.header(), 0, copy.request, 0, InHeader.SIZE);
        MemorySegment.copy(slot.arguments(), 0, copy.request, InHeader.SIZE, slot.argumentsSize());
        int restOffset = InHeader.SIZE + slot.argumentsSize();
        slot.rest().copyTo(0, copy.request, restOffset, slot.rest().size());
        return copy.received(slot.argumentsSize(), restOffset, slot.rest().size());
    }

    /** Slots of one size that are not in use. */
    private final class Shelf {
        private final int size;
        private final ObjectPool<Detached> free;

        Shelf(int size, int kept) {
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
        private final Shelf shelf;
        private final MemorySegment request;
        private final Outlet outlet;

        Detached(Shelf shelf, MemorySegment request, MemorySegment reply) {
            this(shelf, request, reply, new Outlet());
        }

        private Detached(Shelf shelf, MemorySegment request, MemorySegment reply, Outlet outlet) {
            super(request, request.asSlice(InHeader.SIZE), request, reply, OutHeader.SIZE, outlet, SlotPool.this);
            this.shelf = shelf;
            this.request = request;
            this.outlet = outlet;
        }

        @Override protected void freed() {
            shelf.put(this);
        }
    }
}
