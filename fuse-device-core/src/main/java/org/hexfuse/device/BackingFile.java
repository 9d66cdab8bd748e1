package org.hexfuse.device;

import java.lang.foreign.MemorySegment;

/**
 * A file on the kernel's side that holds the data of a server's file, so that reads and writes bypass the server. Any thread
 * may call any method but {@link #close}, which is called once, after all other calls. Errors are
 * {@link org.hexfuse.abi.FuseException}s.
 */
public interface BackingFile extends AutoCloseable {
    /** The number of stacking filesystems beneath the file; 0 for a file on a block device's filesystem. */
    int stackDepth();

    /** Reads as {@code pread(2)} does. Returns the number of bytes, less than the target's size only at the end of the file. */
    long read(MemorySegment target, long offset);

    /** Writes as {@code pwrite(2)} does, and returns the number of bytes. */
    long write(MemorySegment source, long offset);

    @Override void close();
}
