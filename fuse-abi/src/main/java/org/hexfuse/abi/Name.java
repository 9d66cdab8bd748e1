package org.hexfuse.abi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CoderResult;
import java.util.Arrays;

/**
 * A file name, symbolic link target or attribute name: bytes, as on Linux, which need not be UTF-8. Immutable.
 *
 * <p>As a string a name is decoded as UTF-8, and each byte that is not part of valid UTF-8 becomes one lone surrogate,
 * U+DC80 to U+DCFF, as by Python's {@code surrogateescape} (PEP 383). {@link #of(String)} reverses that, so every name
 * survives the round trip through a string.
 */
public final class Name implements Comparable<Name> {
    private static final int ESCAPE = 0xDC00;

    private final byte[] bytes;
    private int hash;

    private Name(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The name that {@code text} stands for; lone surrogates U+DC80 to U+DCFF become single bytes, others {@code ?}. */
    public static Name of(String text) {
        return new Name(encode(text));
    }

    /** The name made of a copy of {@code bytes}. */
    public static Name of(byte[] bytes) {
        return new Name(bytes.clone());
    }

    /** The name made of a copy of {@code length} bytes of {@code segment}. */
    public static Name of(MemorySegment segment, long offset, int length) {
        byte[] copy = new byte[length];
        MemorySegment.copy(segment, JAVA_BYTE, offset, copy, 0, length);
        return new Name(copy);
    }

    /** Encodes {@code text} as UTF-8, with escaped bytes restored. */
    public static byte[] encode(String text) {
        byte[] plain = text.getBytes(UTF_8);
        int escaped = 0;
        for (int i = 0; i < text.length(); i++) {
            if (isEscape(text, i)) {
                escaped++;
            }
        }
        return escaped == 0 ? plain : encodeEscaped(text, plain.length);
    }

    private static byte[] encodeEscaped(String text, int bound) {
        ByteBuffer out = ByteBuffer.allocate(bound);
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || isEscape(text, i)) {
                out.put(text.substring(from, i).getBytes(UTF_8));
                if (i < text.length()) {
                    out.put((byte) text.charAt(i));
                }
                from = i + 1;
            }
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    private static boolean isEscape(String text, int i) {
        char c = text.charAt(i);
        return c >= ESCAPE + 0x80 && c <= ESCAPE + 0xFF && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    /** Decodes UTF-8, escaping each byte that is not part of it. */
    public static String decode(byte[] bytes) {
        if (isAscii(bytes)) {
            return new String(bytes, ISO_8859_1);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        var decoder = UTF_8.newDecoder();
        try {
            return decoder.decode(in).toString();
        } catch (CharacterCodingException _) {
            return decodeEscaped(bytes);
        }
    }

    /** Most names are, and need no decoder. */
    private static boolean isAscii(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private static String decodeEscaped(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        var decoder = UTF_8.newDecoder();
        while (in.hasRemaining()) {
            CoderResult result = decoder.decode(in, out, true);
            for (int i = 0; result.isError() && i < result.length(); i++) {
                out.put((char) (ESCAPE | Byte.toUnsignedInt(in.get())));
            }
            decoder.reset();
        }
        return out.flip().toString();
    }

    /** Whether the first bytes are those of {@code prefix}. */
    public boolean startsWith(Name prefix) {
        return bytes.length >= prefix.bytes.length
                && Arrays.equals(bytes, 0, prefix.bytes.length, prefix.bytes, 0, prefix.bytes.length);
    }

    /** Whether this is the name that {@code text} stands for. */
    public boolean is(String text) {
        return Arrays.equals(bytes, encode(text));
    }

    /** Whether this name stands for the directory itself or its parent. */
    public boolean isDotOrDotDot() {
        return bytes.length > 0 && bytes.length <= 2 && bytes[0] == '.' && bytes[bytes.length - 1] == '.';
    }

    /** The length in bytes, without a terminating NUL. */
    public int length() {
        return bytes.length;
    }

    /** The byte at {@code index}. */
    public byte byteAt(int index) {
        return bytes[index];
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Copies the bytes, without a terminating NUL, into {@code target}. */
    public void copyTo(MemorySegment target, long offset) {
        MemorySegment.copy(bytes, 0, target, JAVA_BYTE, offset, bytes.length);
    }

    @Override public boolean equals(Object other) {
        return other instanceof Name name && Arrays.equals(bytes, name.bytes);
    }

    @Override public int hashCode() {
        int h = hash;
        if (h == 0) {
            h = Arrays.hashCode(bytes);
            hash = h;
        }
        return h;
    }

    /** Orders names by their bytes, without sign. */
    @Override public int compareTo(Name other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    /** The name as text, with bytes that are not UTF-8 escaped as lone surrogates. */
    @Override public String toString() {
        return decode(bytes);
    }
}
