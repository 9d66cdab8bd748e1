package org.hexfuse.abi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Formats messages in one line, for logs: every field with its name in C, names quoted, flags by name where it helps. No
 * message makes it fail or breaks the line.
 */
public final class MessageFormat {
    private static final int LONGEST_NAME = 80;

    private MessageFormat() {}

    /**
     * Formats a request.
     *
     * @param header memory with the {@link InHeader} at offset 0
     * @param arguments memory with the argument struct at offset 0
     * @param argumentsSize the number of its bytes that were received
     * @param names memory with the bytes after the struct
     * @param from the offset of these in {@code names}
     * @param length the number of these
     */
    public static String request(MemorySegment header, MemorySegment arguments, int argumentsSize, MemorySegment names,
            long from, long length) {
        Optional<Opcode> opcode = Opcode.of(InHeader.OPCODE.get(header));
        var text = new StringBuilder(opcode.map(Opcode::name).orElse("OPCODE_" + InHeader.OPCODE.get(header)));
        text.append(" unique=").append(Long.toUnsignedString(InHeader.UNIQUE.get(header)));
        text.append(" node=").append(Long.toUnsignedString(InHeader.NODEID.get(header)));
        text.append(" uid=").append(Integer.toUnsignedString(InHeader.UID.get(header)));
        text.append(" gid=").append(Integer.toUnsignedString(InHeader.GID.get(header)));
        text.append(" pid=").append(Integer.toUnsignedString(InHeader.PID.get(header)));
        opcode.flatMap(Opcode::arguments).ifPresent(struct -> fields(text, struct, arguments, 0, argumentsSize));
        long position = from;
        long end = from + length;
        for (int i = opcode.map(Opcode::names).orElse(0); i > 0; i--) {
            position = name(text, names, position, end);
        }
        if (position < end) {
            text.append(" + ").append(end - position).append(" bytes");
        }
        return text.toString();
    }

    /**
     * Formats a reply.
     *
     * @param opcode the operation of the request
     * @param unique the unique of the request
     * @param error OK, or the errno
     * @param structs memory with the reply's structs at offset 0
     * @param structsSize the size of these in bytes
     * @param dataSize the number of bytes after them
     */
    public static String reply(int opcode, long unique, Errno error, MemorySegment structs, int structsSize,
            long dataSize) {
        Opcode operation = Opcode.byCode(opcode);
        var text = new StringBuilder(operation == null ? "OPCODE_" + opcode : operation.name());
        text.append(" unique=").append(Long.toUnsignedString(unique)).append(' ').append(error);
        int offset = 0;
        if (operation != null && error == Errno.OK) {
            for (Struct struct : operation.replyStructs()) {
                fields(text, struct, structs, offset, structsSize - offset);
                offset += struct.size();
            }
        }
        if (dataSize > 0) {
            text.append(" + ").append(dataSize).append(" bytes");
        }
        return text.toString();
    }

    private static void fields(StringBuilder text, Struct struct, MemorySegment memory, long base, int available) {
        for (Field field : struct.fields()) {
            if (field.offset() + field.size() <= available) {
                field(text, struct, field, memory, base, available);
            }
        }
    }

    private static void field(StringBuilder text, Struct struct, Field field, MemorySegment memory, long base,
            int available) {
        switch (field) {
            case U16 u -> value(text, struct, u, u.getUnsigned(memory, base));
            case U32 u -> value(text, struct, u, u.getUnsigned(memory, base));
            case U64 u -> value(text, struct, u, u.get(memory, base));
            case I32 i -> value(text, struct, i, i.get(memory, base));
            case I64 i -> value(text, struct, i, i.get(memory, base));
            case Nested n -> fields(text, n.struct(), memory, base + n.offset(), available - n.offset());
            case Bytes _,Reserved _ -> {}
        }
    }

    private static void value(StringBuilder text, Struct struct, Field field, long value) {
        text.append(' ').append(field.name()).append('=').append(form(struct, field).apply(value));
    }

    private static LongFunction<String> form(Struct struct, Field field) {
        return switch (field.name()) {
            case "mode", "umask" -> value -> "0" + Long.toOctalString(value);
            case "valid" -> value -> Flag.describe(value, SetattrFlag.values());
            case "write_flags" -> value -> Flag.describe(value, WriteFlag.values());
            case "release_flags" -> value -> Flag.describe(value, ReleaseFlag.values());
            case "getattr_flags" -> value -> Flag.describe(value, GetattrFlag.values());
            case "open_flags" -> value -> Flag.describe(value,
                    struct == OpenOut.STRUCT ? OpenOutFlag.values() : OpenInFlag.values());
            case "flags", "flags2" -> value -> struct == InitIn.STRUCT || struct == InitOut.STRUCT
                    ? Flag.describe(field.name().equals("flags2") ? value << 32 : value, InitFlag.values())
                    : "0x" + Long.toHexString(value);
            case "off", "len" -> Long::toString;
            default -> field instanceof I32 || field instanceof I64 ? Long::toString : Long::toUnsignedString;
        };
    }

    private static long name(StringBuilder text, MemorySegment memory, long from, long end) {
        long nul = from;
        while (nul < end && memory.get(JAVA_BYTE, nul) != 0) {
            nul++;
        }
        text.append(" \"");
        Name.of(memory, from, (int) Math.min(nul - from, LONGEST_NAME)).toString().codePoints()
                .forEach(c -> quote(text, c));
        text.append(nul - from > LONGEST_NAME ? "...\"" : "\"");
        return Math.min(nul + 1, end);
    }

    private static void quote(StringBuilder text, int c) {
        if (c == '"' || c == '\\') {
            text.append('\\').append((char) c);
        } else if (Character.isISOControl(c) || (c >= 0xDC80 && c <= 0xDCFF)) {
            text.append(String.format("\\x%02x", c & 0xFF));
        } else {
            text.appendCodePoint(c);
        }
    }
}
