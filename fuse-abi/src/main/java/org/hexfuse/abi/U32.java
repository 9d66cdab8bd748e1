package org.hexfuse.abi;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * A field of C type {@code uint32_t}.
 *
 * @param name the field's name in C
 * @param offset the distance in bytes from the start of the struct
 */
public record U32(String name, int offset) implements Field {
    @Override public int size() {
        return 4;
    }

    /** Reads the field of a struct that starts at offset 0 of {@code segment}. */
    public int get(MemorySegment segment) {
        return segment.get(JAVA_INT_UNALIGNED, offset);
    }

    /** Reads the field of a struct that starts {@code base} bytes into {@code segment}. */
    public int get(MemorySegment segment, long base) {
        return segment.get(JAVA_INT_UNALIGNED, base + offset);
    }

    /** Reads the field, widened without sign, of a struct that starts {@code base} bytes into {@code segment}. */
    public long getUnsigned(MemorySegment segment, long base) {
        return Integer.toUnsignedLong(get(segment, base));
    }

    /** Writes the field of a struct that starts at offset 0 of {@code segment}. */
    public void set(MemorySegment segment, int value) {
        segment.set(JAVA_INT_UNALIGNED, offset, value);
    }

    /** Writes the field of a struct that starts {@code base} bytes into {@code segment}. */
    public void set(MemorySegment segment, long base, int value) {
        segment.set(JAVA_INT_UNALIGNED, base + offset, value);
    }
}
