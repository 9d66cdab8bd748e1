package org.hexfuse.testkit.record;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hexfuse.abi.Bytes;
import org.hexfuse.abi.Field;
import org.hexfuse.abi.I32;
import org.hexfuse.abi.I64;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Nested;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Reserved;
import org.hexfuse.abi.Struct;
import org.hexfuse.abi.U16;
import org.hexfuse.abi.U32;
import org.hexfuse.abi.U64;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Slot;

/** Decodes the request of a slot. No message makes it fail, and none takes more memory than its names up to their limit. */
final class RequestDecoder {
    private RequestDecoder() {}

    static RecordedRequest decode(Opcode opcode, Slot slot) {
        var arguments = new LinkedHashMap<String, Long>();
        var names = new ArrayList<String>();
        opcode.arguments()
                .ifPresent(struct -> fields(arguments, struct, slot.arguments(), 0, slot.argumentsSize()));
        long data = slot.rest().size() - names(names, opcode.names(), slot.rest());
        return new RecordedRequest(opcode, slot.unique(), InHeader.NODEID.get(slot.header()), List.copyOf(names),
                Collections.unmodifiableMap(arguments), data, Optional.empty());
    }

    private static void fields(Map<String, Long> values, Struct struct, MemorySegment memory, long base, long end) {
        for (Field field : struct.fields()) {
            if (base + field.offset() + field.size() > end) {
                continue;
            }
            switch (field) {
                case U16 u -> values.put(u.name(), (long) u.getUnsigned(memory, base));
                case U32 u -> values.put(u.name(), u.getUnsigned(memory, base));
                case U64 u -> values.put(u.name(), u.get(memory, base));
                case I32 i -> values.put(i.name(), (long) i.get(memory, base));
                case I64 i -> values.put(i.name(), i.get(memory, base));
                case Nested n -> fields(values, n.struct(), memory, base + n.offset(), end);
                case Bytes _,Reserved _ -> {}
            }
        }
    }

    /** Adds the names, which are in the first piece. Returns the number of bytes that they take, with their NULs. */
    private static long names(List<String> names, int count, Segments rest) {
        if (count == 0 || rest.count() == 0) {
            return 0;
        }
        MemorySegment memory = rest.segment(0);
        long start = rest.offset(0);
        long end = start + rest.length(0);
        long at = start;
        for (int i = 0; i < count && at < end; i++) {
            long nul = at;
            while (nul < end && memory.get(JAVA_BYTE, nul) != 0) {
                nul++;
            }
            names.add(Name.of(memory, at, (int) Math.min(nul - at, Recorder.LONGEST_NAME)).toString());
            at = Math.min(nul + 1, end);
        }
        return at - start;
    }
}
