package org.hexfuse.transport.spi;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;

/** Where a {@link BufferSlot} sends its reply: the transport's own part of a commit. Called on any thread. */
@FunctionalInterface public interface ReplySink {
    /**
     * Sends a reply.
     *
     * @param unique the request that is answered
     * @param error OK, or why the operation failed
     * @param memory what the slot was given for replies; the transport may write in front of {@code offset}
     * @param offset where the bytes behind the header start
     * @param length how many these are, 0 for a failure
     * @return OK, or what the kernel's end made of it
     */
    Errno send(long unique, Errno error, MemorySegment memory, long offset, long length);
}
