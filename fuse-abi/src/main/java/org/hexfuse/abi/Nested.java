package org.hexfuse.abi;

/**
 * A struct within a struct. Its fields are read with {@link #offset} as the base, added to the outer struct's own.
 *
 * @param name the field's name in C
 * @param offset the distance in bytes from the start of the outer struct
 * @param struct the inner struct
 */
public record Nested(String name, int offset, Struct struct) implements Field {
    @Override public int size() {
        return struct.size();
    }
}
