package org.hexfuse.abi;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * A field of C type {@code uint16_t}.
 *
 * @param name the field's name in C
 * @param offset the distance in bytes from the start of the struct
 */
public record U16(String name, int offset) implements Field {
    @Override public int size() {
        return 2;
    }

    /** Reads the field of a struct that starts at offset 0 of {@code segment}. */
    public short get(MemorySegment segment) {
        return segment.get(JAVA_SHORT_UNALIGNED, offset);
    }

    /** Reads the field of a struct that starts {@code base} bytes into {@code segment}. */
    public short get(MemorySegment segment, long base) {
        return segment.get(JAVA_SHORT_UNALIGNED, base + offset);
    }

    /** Reads the field, widened without sign, of a struct that starts {@code base} bytes into {@code segment}. */
    public int getUnsigned(MemorySegment segment, long base) {
        return Short.toUnsignedInt(get(segment, base));
    }

    /** Writes the field of a struct that starts at offset 0 of {@code segment}. */
    public void set(MemorySegment segment, short value) {
        segment.set(JAVA_SHORT_UNALIGNED, offset, value);
    }

    /** Writes the field of a struct that starts {@code base} bytes into {@code segment}. */
    public void set(MemorySegment segment, long base, short value) {
        segment.set(JAVA_SHORT_UNALIGNED, base + offset, value);
    }
}
