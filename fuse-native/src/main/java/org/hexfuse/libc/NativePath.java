package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/** A path of Linux: bytes other than 0, not necessarily UTF-8. Immutable. */
public final class NativePath {
    private final byte[] bytes;

    private NativePath(byte[] bytes) {
        for (byte b : bytes) {
            if (b == 0) {
                throw new IllegalArgumentException("a path has no byte 0");
            }
        }
        this.bytes = bytes;
    }

    /** The path of {@code text} in UTF-8. */
    public static NativePath of(String text) {
        return new NativePath(text.getBytes(UTF_8));
    }

    /** The path of a {@link Path} in UTF-8. */
    public static NativePath of(Path path) {
        return of(path.toString());
    }

    /** The path of these bytes. */
    public static NativePath of(byte[] bytes) {
        return new NativePath(bytes.clone());
    }

    /** The path of {@code name} in this directory. */
    public NativePath resolve(String name) {
        return resolve(name.getBytes(UTF_8));
    }

    /** The path of {@code name} in this directory. */
    public NativePath resolve(byte[] name) {
        byte[] joined = Arrays.copyOf(bytes, bytes.length + 1 + name.length);
        joined[bytes.length] = '/';
        System.arraycopy(name, 0, joined, bytes.length + 1, name.length);
        return new NativePath(joined);
    }

    /** The bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The path as a C string. */
    MemorySegment in(Arena arena) {
        MemorySegment memory = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
        return memory;
    }

    @Override public boolean equals(Object other) {
        return other instanceof NativePath path && Arrays.equals(bytes, path.bytes);
    }

    @Override public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The path in UTF-8, with replacement characters for malformed bytes. */
    @Override public String toString() {
        return new String(bytes, UTF_8);
    }
}
