package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Name;

/** Reads directories without the C library's buffer. */
public final class DirectoryCalls {
    private static final MethodHandle GETDENTS64 = Libc.find("getdents64", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

    private static final int NEXT = 8;
    private static final int LENGTH = 16;
    private static final int TYPE = 18;
    private static final int NAME = 19;

    private DirectoryCalls() {}

    /**
     * {@code getdents64(2)}: the next entries of an open directory; empty at the end.
     *
     * @param room the size of the buffer in bytes; EINVAL if the next entry does not fit
     */
    public static List<DirectoryRecord> getdents(Fd fd, int room) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(room, 8);
            long size = fd.call("getdents64",
                    (s, number) -> (long) GETDENTS64.invokeExact(s, number, memory, (long) room));
            var records = new ArrayList<DirectoryRecord>();
            for (long at = 0; at < size; at += Short.toUnsignedInt(memory.get(JAVA_SHORT, at + LENGTH))) {
                records.add(record(memory, at));
            }
            return records;
        }
    }

    private static DirectoryRecord record(MemorySegment memory, long at) {
        int length = 0;
        while (memory.get(JAVA_BYTE, at + NAME + length) != 0) {
            length++;
        }
        return new DirectoryRecord(Name.of(memory, at + NAME, length), memory.get(JAVA_LONG, at),
                Byte.toUnsignedInt(memory.get(JAVA_BYTE, at + TYPE)), memory.get(JAVA_LONG, at + NEXT));
    }
}
