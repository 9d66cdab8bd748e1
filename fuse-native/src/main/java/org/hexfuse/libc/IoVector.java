package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * An array of {@code struct iovec}: the pieces of memory of one read or write. Reusable, by one thread at a time. The
 * arenas of the pieces stay open during the call.
 */
public final class IoVector {
    private static final int SIZE = 16;
    private static final int LENGTH = 8;

    private final MemorySegment memory;
    /** References that keep automatic arenas alive. */
    private final MemorySegment[] pieces;
    private int count;

    /** An empty array for {@code capacity} pieces, allocated from {@code arena}. */
    public IoVector(Arena arena, int capacity) {
        this.memory = arena.allocate((long) SIZE * capacity, 8);
        this.pieces = new MemorySegment[capacity];
    }

    /** Removes all pieces. */
    public IoVector clear() {
        count = 0;
        return this;
    }

    /** Appends {@code length} bytes from {@code offset} of {@code piece}, which is native. */
    public IoVector add(MemorySegment piece, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, piece.byteSize());
        Objects.checkIndex(count, pieces.length);
        memory.set(JAVA_LONG, (long) SIZE * count, piece.address() + offset);
        memory.set(JAVA_LONG, (long) SIZE * count + LENGTH, length);
        pieces[count++] = piece;
        return this;
    }

    /** Removes the first {@code bytes}, which a call has transferred. */
    public IoVector advance(long bytes) {
        long left = bytes;
        int gone = 0;
        while (gone < count && left >= memory.get(JAVA_LONG, (long) SIZE * gone + LENGTH)) {
            left -= memory.get(JAVA_LONG, (long) SIZE * gone + LENGTH);
            gone++;
        }
        if (left > 0 && gone == count) {
            throw new IndexOutOfBoundsException(left + " bytes past the end");
        }
        count -= gone;
        MemorySegment.copy(memory, (long) SIZE * gone, memory, 0, (long) SIZE * count);
        System.arraycopy(pieces, gone, pieces, 0, count);
        if (left > 0) {
            memory.set(JAVA_LONG, 0, memory.get(JAVA_LONG, 0) + left);
            memory.set(JAVA_LONG, LENGTH, memory.get(JAVA_LONG, LENGTH) - left);
        }
        return this;
    }

    /** The number of pieces. */
    public int count() {
        return count;
    }

    MemorySegment memory() {
        return memory;
    }
}
