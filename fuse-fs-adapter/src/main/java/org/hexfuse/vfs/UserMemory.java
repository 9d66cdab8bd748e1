package org.hexfuse.vfs;

import java.lang.foreign.MemorySegment;

/**
 * The memory of the program that makes an {@code ioctl(2)}, as far as the server may have it read and written: an address
 * space. Called on the thread that makes the call, one method at a time. An address that is none is a
 * {@link org.hexfuse.abi.FuseException} with EFAULT.
 */
public interface UserMemory {
    /** Fills {@code target} with what the program has from {@code address} on. */
    void read(long address, MemorySegment target);

    /** Puts {@code source} where the program has {@code address}. */
    void write(long address, MemorySegment source);
}
