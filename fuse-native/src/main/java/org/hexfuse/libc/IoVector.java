package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * An array of {@code struct iovec}: the pieces of memory of one read or write. Used by one thread at a time, again and again.
 * Whoever owns the pieces keeps their arenas open during the call.
 */
public final class IoVector {
    private static final int SIZE = 16;
    private static final int LENGTH = 8;

    private final MemorySegment memory;
    /** Keeps memory of automatic arenas alive. */
    private final MemorySegment[] pieces;
    private int count;

    /** Room for {@code capacity} pieces, in memory of {@code arena}. */
    public IoVector(Arena arena, int capacity) {
        this.memory = arena.allocate((long) SIZE * capacity, 8);
        this.pieces = new MemorySegment[capacity];
    }

    /** Forgets all pieces. */
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

    /** Takes {@code bytes} from the front away, which a call has dealt with. */
    public IoVector advance(long bytes) {
        long left = bytes;
        int gone = 0;
        while (gone < count && left >= memory.get(JAVA_LONG, (long) SIZE * gone + LENGTH)) {
            left -= memory.get(JAVA_LONG, (long) SIZE * gone + LENGTH);
            gone++;
        }
        if (left > 0 && gone == count) {
            throw new IndexOutOfBoundsException(left + " bytes more than there are");
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
