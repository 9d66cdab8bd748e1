package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Name;

/**
 * Memory of one thread for the arguments and results of its calls, so that a call allocates none. What a call puts there is valid until
 * the thread's next one.
 */
final class CallMemory {
    /** PATH_MAX, which includes the NUL. */
    static final int LONGEST_STRING = 4096;
    /** XATTR_SIZE_MAX and XATTR_LIST_MAX. */
    static final int BULK = 65_536;

    private static final int STRUCT = 512;
    private static final byte[] OPEN_FILES = "/proc/self/fd/".getBytes(US_ASCII);
    private static final ThreadLocal<CallMemory> OF_THREAD = ThreadLocal.withInitial(CallMemory::new);

    private final MemorySegment first = Arena.ofAuto().allocate(LONGEST_STRING);
    private final MemorySegment second = Arena.ofAuto().allocate(LONGEST_STRING);
    private final MemorySegment struct = Arena.ofAuto().allocate(STRUCT, JAVA_LONG.byteAlignment());
    private MemorySegment bulk;

    private CallMemory() {}

    static CallMemory ofThread() {
        return OF_THREAD.get();
    }

    /** Whether a name is too long for the kernel, which then answers ENAMETOOLONG. */
    static boolean isTooLong(Name name) {
        return name.length() >= LONGEST_STRING;
    }

    /** A name as a C string. */
    MemorySegment string(Name name) {
        return string(first, name);
    }

    /** Another name as a C string, next to {@link #string}. */
    MemorySegment otherString(Name name) {
        return string(second, name);
    }

    private static MemorySegment string(MemorySegment memory, Name name) {
        name.copyTo(memory, 0);
        memory.set(JAVA_BYTE, name.length(), (byte) 0);
        return memory;
    }

    /** The empty string. */
    MemorySegment empty() {
        first.set(JAVA_BYTE, 0, (byte) 0);
        return first;
    }

    /** The number of a descriptor: its name in {@code /proc/self/fd}. */
    MemorySegment number(int descriptor) {
        digits(first, 0, descriptor);
        return first;
    }

    /** The path of a descriptor in {@code /proc}. */
    MemorySegment path(int descriptor) {
        MemorySegment.copy(OPEN_FILES, 0, first, JAVA_BYTE, 0, OPEN_FILES.length);
        digits(first, OPEN_FILES.length, descriptor);
        return first;
    }

    private static void digits(MemorySegment memory, long at, int number) {
        int length = 1;
        for (int rest = number / 10; rest > 0; rest /= 10) {
            length++;
        }
        memory.set(JAVA_BYTE, at + length, (byte) 0);
        int rest = number;
        for (int i = length - 1; i >= 0; i--) {
            memory.set(JAVA_BYTE, at + i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
    }

    /** 512 bytes for a struct, with what the last call left there. */
    MemorySegment struct() {
        return struct;
    }

    /** {@link #BULK} bytes. */
    MemorySegment bulk() {
        if (bulk == null) {
            bulk = Arena.ofAuto().allocate(BULK, JAVA_LONG.byteAlignment());
        }
        return bulk;
    }
}
