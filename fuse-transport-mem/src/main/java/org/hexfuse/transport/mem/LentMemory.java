package org.hexfuse.transport.mem;

import java.lang.foreign.MemorySegment;
import org.hexfuse.transport.Segments;

/**
 * Bulk data in memory of a caller's. Copies go straight there. A server that wants the memory itself gets it where native code may use
 * it, else other memory: heap arrays have no address.
 */
final class LentMemory implements Segments {
    /** A thread that is never started: what is accessible by it is accessible by all. */
    private static final Thread ANY = Thread.ofVirtual().unstarted(() -> {});

    /** Memory of the transport's, to stand in for memory on the heap. */
    interface Room {
        /** Native memory from {@code offset 0} on. */
        MemorySegment of(long bytes);
    }

    private final Room room;
    private Segments lent;
    /** Null while the memory is the caller's. */
    private MemorySegment own;
    /** The first bytes of the caller's memory that were written here, or are its data. */
    private long filled;

    LentMemory(Room room, Segments none) {
        this.room = room;
        this.lent = none;
    }

    /**
     * Lends memory.
     *
     * @param present how many bytes there are data
     */
    LentMemory lend(Segments memory, long present) {
        lent = memory;
        own = null;
        filled = present;
        return this;
    }

    /** Whether a server can use the memory on any of its threads. */
    static boolean isLendable(Segments memory) {
        return memory.count() == 1 && memory.segment(0).isAccessibleBy(ANY);
    }

    /** Whether bytes that were written are in the caller's memory, and not in {@link #own}. */
    boolean isInPlace() {
        return own == null;
    }

    /** The memory that stands in for the caller's. */
    MemorySegment own() {
        return own;
    }

    private void use() {
        if (own == null && !lent.segment(0).isNative()) {
            MemorySegment memory = room.of(size());
            lent.copyTo(0, memory, 0, filled);
            own = memory;
        }
    }

    @Override public long size() {
        return lent.size();
    }

    @Override public int count() {
        return lent.count();
    }

    @Override public MemorySegment segment(int index) {
        use();
        return own == null ? lent.segment(index) : own;
    }

    @Override public long offset(int index) {
        use();
        return own == null ? lent.offset(index) : 0;
    }

    @Override public long length(int index) {
        return lent.length(index);
    }

    @Override public void copyTo(long position, MemorySegment target, long offset, long length) {
        if (own == null) {
            lent.copyTo(position, target, offset, length);
        } else {
            Segments.super.copyTo(position, target, offset, length);
        }
    }

    @Override public void copyTo(long position, byte[] target, int offset, int length) {
        if (own == null) {
            lent.copyTo(position, target, offset, length);
        } else {
            Segments.super.copyTo(position, target, offset, length);
        }
    }

    @Override public void copyFrom(long position, MemorySegment source, long offset, long length) {
        if (own == null) {
            lent.copyFrom(position, source, offset, length);
            filled = Math.max(filled, position + length);
        } else {
            Segments.super.copyFrom(position, source, offset, length);
        }
    }

    @Override public void copyFrom(long position, byte[] source, int offset, int length) {
        if (own == null) {
            lent.copyFrom(position, source, offset, length);
            filled = Math.max(filled, position + length);
        } else {
            Segments.super.copyFrom(position, source, offset, length);
        }
    }
}
