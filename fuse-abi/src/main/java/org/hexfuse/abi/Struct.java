package org.hexfuse.abi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The layout of one C struct of the protocol: its name, its fields in order, and its size in bytes, now and in older minor
 * versions. The protocol's structs have no implicit padding, so a field starts where the one before it ends.
 */
public final class Struct {
    private final String name;
    private final List<Field> fields;
    private final int size;
    private final SortedMap<Integer, Integer> olderSizes;
    /** {@link #olderSizes} in arrays, since every request reads a size. */
    private final int[] minors;
    private final int[] sizes;

    private Struct(Builder builder) {
        this.name = builder.name;
        this.fields = List.copyOf(builder.fields);
        this.size = builder.offset;
        this.olderSizes = Collections.unmodifiableSortedMap(new TreeMap<>(builder.olderSizes));
        this.minors = olderSizes.keySet().stream().mapToInt(Integer::intValue).toArray();
        this.sizes = olderSizes.values().stream().mapToInt(Integer::intValue).toArray();
    }

    /** Starts the definition of the struct that C calls {@code name}. */
    static Builder define(String name) {
        return new Builder(name);
    }

    /** The struct's name in C, such as {@code fuse_open_in}. */
    public String name() {
        return name;
    }

    /** The fields, in the order of their offsets. */
    public List<Field> fields() {
        return fields;
    }

    /** The size in bytes in protocol 7.45. */
    public int size() {
        return size;
    }

    /** The size in bytes in protocol 7.{@code minor}. */
    public int size(int minor) {
        for (int i = 0; i < minors.length; i++) {
            if (minor < minors[i]) {
                return sizes[i];
            }
        }
        return size;
    }

    /** The sizes of older versions, in bytes, by the first minor version that no longer has that size. */
    public SortedMap<Integer, Integer> olderSizes() {
        return olderSizes;
    }

    @Override public String toString() {
        return name;
    }

    /** Collects the fields of one struct; each method appends a field and returns its accessor. */
    static final class Builder {
        private final String name;
        private final List<Field> fields = new ArrayList<>();
        private final SortedMap<Integer, Integer> olderSizes = new TreeMap<>();
        private int offset;

        private Builder(String name) {
            this.name = name;
        }

        U16 u16(String field) {
            return add(new U16(field, offset));
        }

        U32 u32(String field) {
            return add(new U32(field, offset));
        }

        U64 u64(String field) {
            return add(new U64(field, offset));
        }

        I32 i32(String field) {
            return add(new I32(field, offset));
        }

        I64 i64(String field) {
            return add(new I64(field, offset));
        }

        Nested struct(String field, Struct struct) {
            return add(new Nested(field, offset, struct));
        }

        Bytes bytes(String field, int count) {
            return add(new Bytes(field, offset, count));
        }

        /** Appends reserved bytes. */
        Builder reserved(String field, int bytes) {
            add(new Reserved(field, offset, bytes));
            return this;
        }

        /** States that versions before 7.{@code minor} have only the first {@code bytes} bytes. */
        Builder before(int minor, int bytes) {
            olderSizes.put(minor, bytes);
            return this;
        }

        Struct build() {
            return new Struct(this);
        }

        private <F extends Field> F add(F field) {
            fields.add(field);
            offset += field.size();
            return field;
        }
    }
}
