package org.hexfuse.abi;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * A field of C type {@code uint64_t}.
 *
 * @param name the field's name in C
 * @param offset the distance in bytes from the start of the struct
 */
public record U64(String name, int offset) implements Field {
    @Override public int size() {
        return 8;
    }

    /** Reads the field of a struct that starts at offset 0 of {@code segment}. */
    public long get(MemorySegment segment) {
        return segment.get(JAVA_LONG_UNALIGNED, offset);
    }

    /** Reads the field of a struct that starts {@code base} bytes into {@code segment}. */
    public long get(MemorySegment segment, long base) {
        return segment.get(JAVA_LONG_UNALIGNED, base + offset);
    }

    /** Writes the field of a struct that starts at offset 0 of {@code segment}. */
    public void set(MemorySegment segment, long value) {
        segment.set(JAVA_LONG_UNALIGNED, offset, value);
    }

    /** Writes the field of a struct that starts {@code base} bytes into {@code segment}. */
    public void set(MemorySegment segment, long base, long value) {
        segment.set(JAVA_LONG_UNALIGNED, base + offset, value);
    }
}
