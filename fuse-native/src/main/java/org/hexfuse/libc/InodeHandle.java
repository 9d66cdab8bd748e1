package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.hexfuse.posix.OpenFlags;

/**
 * A {@code struct file_handle}: identifies a file of a filesystem for as long as it exists, without a descriptor. No other file gets an
 * equal one, also when the inode number is used again. Immutable.
 *
 * <p>Source: {@code open_by_handle_at(2)}.
 */
public final class InodeHandle {
    private static final MethodHandle NAME_TO_HANDLE_AT = Libc.find("name_to_handle_at", JAVA_INT, JAVA_INT, ADDRESS,
            ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle OPEN_BY_HANDLE_AT = Libc.find("open_by_handle_at", JAVA_INT, JAVA_INT, ADDRESS,
            JAVA_INT);

    /** MAX_HANDLE_SZ. */
    private static final int LONGEST = 128;
    private static final int HEADER = 8;
    /** Where the call puts the mount id, behind the longest handle. */
    private static final int MOUNT = HEADER + LONGEST;

    private final byte[] struct;

    private InodeHandle(byte[] struct) {
        this.struct = struct;
    }

    /**
     * {@code name_to_handle_at(2)}: the handle of the file that a descriptor is open for, O_PATH suffices.
     *
     * @throws LibcException EOPNOTSUPP if the filesystem has none
     */
    public static InodeHandle of(Fd file) throws LibcException {
        CallMemory memory = CallMemory.ofThread();
        MemorySegment nothing = memory.empty();
        MemorySegment handle = memory.struct();
        handle.set(JAVA_INT, 0, LONGEST);
        MemorySegment mount = handle.asSlice(MOUNT, Integer.BYTES);
        file.call("name_to_handle_at", (s, number) -> (int) NAME_TO_HANDLE_AT.invokeExact(s, number, nothing, handle,
                mount, PosixFiles.AT_EMPTY_PATH));
        return new InodeHandle(handle.asSlice(0, HEADER + handle.get(JAVA_INT, 0)).toArray(JAVA_BYTE));
    }

    /** The handle with a type ({@code handle_type}) and bytes ({@code f_handle}) that the filesystem gave before. */
    public static InodeHandle of(int type, byte[] bytes) {
        ByteBuffer struct = ByteBuffer.allocate(HEADER + bytes.length).order(ByteOrder.nativeOrder());
        return new InodeHandle(struct.putInt(bytes.length).putInt(type).put(bytes).array());
    }

    /**
     * {@code open_by_handle_at(2)}: the number of a new descriptor, or the negated errno: EPERM without CAP_DAC_READ_SEARCH, ESTALE if
     * the file is gone.
     *
     * @param mount any file of the filesystem, open without O_PATH
     */
    public int open(Fd mount, int flags) {
        MemorySegment handle = CallMemory.ofThread().struct();
        MemorySegment.copy(struct, 0, handle, JAVA_BYTE, 0, struct.length);
        return (int) mount.attempt(
                (s, number) -> (int) OPEN_BY_HANDLE_AT.invokeExact(s, number, handle, flags | OpenFlags.CLOEXEC));
    }

    @Override public boolean equals(Object other) {
        return other instanceof InodeHandle handle && Arrays.equals(struct, handle.struct);
    }

    @Override public int hashCode() {
        return Arrays.hashCode(struct);
    }
}
