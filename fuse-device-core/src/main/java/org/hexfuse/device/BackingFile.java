package org.hexfuse.device;

import java.lang.foreign.MemorySegment;

/**
 * A file of this end's that holds the data of a server's file, so that reads and writes need not go to the server. Any thread
 * may call any method but {@link #close}, which is called once, when nobody uses the file any more. Errors are
 * {@link org.hexfuse.abi.FuseException}s.
 */
public interface BackingFile extends AutoCloseable {
    /** How many filesystems that stack on others lie under it; 0 for one on a device of its own. */
    int stackDepth();

    /** Reads as {@code pread(2)} does: returns how many bytes, fewer than there is room for only at the end of the file. */
    long read(MemorySegment target, long offset);

    /** Writes as {@code pwrite(2)} does, and returns how many bytes. */
    long write(MemorySegment source, long offset);

    @Override void close();
}
