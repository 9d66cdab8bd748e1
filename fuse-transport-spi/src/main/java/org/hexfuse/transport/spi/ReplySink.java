package org.hexfuse.transport.spi;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;

/** Sends the replies of {@link BufferSlot}s: the transport's part of a commit. Called on any thread. */
@FunctionalInterface public interface ReplySink {
    /**
     * Sends a reply.
     *
     * @param unique the unique of the request
     * @param error OK, or the errno of a failure
     * @param memory the reply buffer of the slot; the transport may write to it before {@code offset}
     * @param offset the offset of the first byte after the header
     * @param length the number of bytes after the header, 0 for a failure
     * @return OK, or the errno of the kernel end
     */
    Errno send(long unique, Errno error, MemorySegment memory, long offset, long length);
}
