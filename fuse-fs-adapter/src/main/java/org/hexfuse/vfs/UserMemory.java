package org.hexfuse.vfs;

import java.lang.foreign.MemorySegment;

/**
 * The address space of the program that calls {@code ioctl(2)}, as far as the server may read and write it. Called on the thread of
 * the caller, one method at a time. An invalid address is a {@link org.hexfuse.abi.FuseException} with EFAULT.
 */
public interface UserMemory {
    /** Reads the memory at {@code address} into all of {@code target}. */
    void read(long address, MemorySegment target);

    /** Writes all of {@code source} to the memory at {@code address}. */
    void write(long address, MemorySegment source);
}
