package org.hexfuse.testkit.record;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.Opcode;

/**
 * A request and its reply.
 *
 * @param opcode the operation
 * @param unique the unique id
 * @param node the node that the operation is on
 * @param names the names after the argument struct, such as the two of RENAME; each at most {@link Recorder#LONGEST_NAME} long
 * @param arguments the fields of the argument struct by their names in C, such as {@code size}; unsigned unless C has them signed
 * @param dataSize the number of bytes of bulk data, such as those of WRITE
 * @param reply the reply; empty while it is outstanding, and for FORGET and other requests that have none
 */
public record RecordedRequest(Opcode opcode, long unique, long node, List<String> names, Map<String, Long> arguments,
        long dataSize, Optional<Reply> reply) {
    /**
     * A reply.
     *
     * @param error OK, or the errno
     * @param size the number of bytes after the header
     */
    public record Reply(Errno error, long size) {}

    /** The first name; empty if the operation has none. */
    public String name() {
        return names.isEmpty() ? "" : names.getFirst();
    }

    /**
     * A field of the argument struct.
     *
     * @param field its name in C, such as {@code open_flags}
     * @throws IllegalArgumentException if the struct has no such field
     */
    public long argument(String field) {
        Long value = arguments.get(field);
        if (value == null) {
            throw new IllegalArgumentException(
                    opcode + " has no argument " + field + ", but " + arguments.keySet());
        }
        return value;
    }

    /** The bytes that a request moves: the argument {@code size}, as of READ, WRITE and READDIR; else {@link #dataSize}. */
    public long size() {
        return arguments.getOrDefault("size", dataSize);
    }

    /** The position in the file or directory: the argument {@code offset}; empty for operations without one. */
    public OptionalLong offset() {
        Long offset = arguments.get("offset");
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** The flags of {@code open(2)} and the like: the argument {@code flags}, 0 for operations without it. */
    public long flags() {
        return arguments.getOrDefault("flags", 0L);
    }

    /** Whether a field of the argument struct has a flag: {@code has("valid", SetattrFlag.SIZE)}. */
    public boolean has(String field, Flag flag) {
        return flag.in(argument(field));
    }

    /** The errno of the reply: OK also for a request without a reply, and while it is outstanding. */
    public Errno error() {
        return reply.map(Reply::error).orElse(Errno.OK);
    }

    /** A line: {@code LOOKUP node=1 "notes.txt" -> ENOENT}. */
    @Override public String toString() {
        var text = new StringBuilder(opcode.name()).append(" node=").append(Long.toUnsignedString(node));
        names.forEach(name -> text.append(" \"").append(name).append('"'));
        String fields = arguments.entrySet().stream().filter(field -> field.getValue() != 0)
                .map(field -> field.getKey() + "=" + Long.toUnsignedString(field.getValue()))
                .collect(Collectors.joining(" "));
        text.append(fields.isEmpty() ? "" : " ").append(fields);
        if (dataSize > 0) {
            text.append(" + ").append(dataSize).append(" bytes");
        }
        reply.ifPresent(answer -> text.append(" -> ").append(answer.error())
                .append(answer.size() > 0 ? " " + answer.size() + " bytes" : ""));
        return text.toString();
    }
}
