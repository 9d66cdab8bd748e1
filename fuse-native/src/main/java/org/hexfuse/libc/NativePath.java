package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/** A path as Linux has it: bytes other than 0. They need not be UTF-8. Immutable. */
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

    /** The path that {@code text} has in UTF-8. */
    public static NativePath of(String text) {
        return new NativePath(text.getBytes(UTF_8));
    }

    /** The path that a {@link Path} has in UTF-8. */
    public static NativePath of(Path path) {
        return of(path.toString());
    }

    /** The path of these bytes. */
    public static NativePath of(byte[] bytes) {
        return new NativePath(bytes.clone());
    }

    /** The file {@code name} in the directory that this is. */
    public NativePath resolve(String name) {
        return resolve(name.getBytes(UTF_8));
    }

    /** The file {@code name} in the directory that this is. */
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

    /** A C string of it. */
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

    /** The path in UTF-8, with a replacement character for what is not. */
    @Override public String toString() {
        return new String(bytes, UTF_8);
    }
}
