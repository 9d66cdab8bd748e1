package org.hexfuse.transport.spi;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.ProtocolException;
import java.util.Objects;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.transport.Segments;

/**
 * Splits a stream of bytes into FUSE messages. Requests and replies both begin with their length in 4 bytes, which is checked
 * as soon as it was received, before more is read or memory is allocated.
 *
 * <p>Small messages are read many at a time through a buffer; the bulk data of a large one is read directly to its target.
 *
 * {@snippet :
 * while (framer.await()) {
 *     long length = framer.begin(limits.maxMessage());
 *     framer.body(target, 0, length - InHeader.SIZE);      // the target depends on framer.header()
 * }
 * }
 *
 * <p>Used by one thread at a time. After an exception the stream cannot be used any more.
 */
public final class StreamFramer {
    private static final int LENGTH_SIZE = 4;
    /** A read of at least this share of the buffer bypasses it. */
    private static final int BULK_SHARE = 2;

    /** The source of the bytes. */
    @FunctionalInterface public interface Source {
        /**
         * Reads at least one byte; blocks until there is one.
         *
         * @param target native, if the framer's buffer is
         * @param inside whether the bytes belong to a message that has begun
         * @return the number of bytes, or 0 at the end of the stream
         */
        long read(MemorySegment target, long offset, long length, boolean inside) throws IOException;
    }

    private final Source source;
    private final MemorySegment buffer;
    private final MemorySegment header;
    private long start;
    private long end;
    private long left;

    private StreamFramer(Source source, MemorySegment buffer, int headerSize) {
        if (buffer.byteSize() < 2L * headerSize) {
            throw new IllegalArgumentException("a buffer of " + buffer.byteSize() + " bytes is too small");
        }
        this.source = source;
        this.buffer = buffer;
        this.header = Arena.ofAuto().allocate(headerSize, 8);
    }

    /** A framer of requests, with {@link InHeader}s. */
    public static StreamFramer ofRequests(Source source, MemorySegment buffer) {
        return new StreamFramer(source, buffer, InHeader.SIZE);
    }

    /** A framer of replies, with {@link OutHeader}s. */
    public static StreamFramer ofReplies(Source source, MemorySegment buffer) {
        return new StreamFramer(source, buffer, OutHeader.SIZE);
    }

    /**
     * Blocks until the next message begins. The previous one must have been read or skipped.
     *
     * @return false at the end of the stream
     */
    public boolean await() throws IOException {
        if (left > 0) {
            throw new IllegalStateException(left + " bytes of the last message were not read");
        }
        if (start == end) {
            start = 0;
            end = source.read(buffer, 0, buffer.byteSize(), false);
        }
        return start < end;
    }

    /**
     * Reads the header of the message that has begun.
     *
     * @param most the longest message that is accepted, in bytes
     * @return the length of the message, its header included
     * @throws ProtocolException if it is shorter than its header, or longer than {@code most}, or the stream ends in it
     */
    public long begin(long most) throws IOException {
        fill(LENGTH_SIZE);
        long length = InHeader.LEN.getUnsigned(buffer, start);
        if (length < header.byteSize()) {
            throw new ProtocolException(
                    "a message of length " + length + ", shorter than its header of " + header.byteSize());
        }
        if (length > most) {
            throw new ProtocolException("a message of length " + length + ", longer than the negotiated " + most);
        }
        fill(header.byteSize());
        MemorySegment.copy(buffer, start, header, 0, header.byteSize());
        start += header.byteSize();
        left = length - header.byteSize();
        return length;
    }

    /** The header of the message that {@link #begin} has read, until the next one. */
    public MemorySegment header() {
        return header;
    }

    /** Reads the next {@code length} bytes after the header. */
    public void body(MemorySegment target, long offset, long length) throws IOException {
        Objects.checkFromIndexSize(0, length, left);
        long done = 0;
        while (done < length) {
            long wanted = length - done;
            long got;
            if (start < end) {
                got = Math.min(wanted, end - start);
                MemorySegment.copy(buffer, start, target, offset + done, got);
                start += got;
            } else if (wanted >= buffer.byteSize() / BULK_SHARE && target.isNative() == buffer.isNative()) {
                got = some(source.read(target, offset + done, wanted, true));
            } else {
                start = 0;
                end = 0;
                end = some(source.read(buffer, 0, buffer.byteSize(), true));
                continue;
            }
            done += got;
            left -= got;
        }
    }

    /** Reads the rest of the message, which has the size of {@code target}. */
    public void body(Segments target) throws IOException {
        Objects.checkFromIndexSize(0, target.size(), left);
        for (int i = 0; i < target.count(); i++) {
            body(target.segment(i), target.offset(i), target.length(i));
        }
    }

    /** Discards the rest of the message. */
    public void skip() throws IOException {
        while (left > 0) {
            if (start == end) {
                start = 0;
                end = 0;
                end = some(source.read(buffer, 0, buffer.byteSize(), true));
            }
            long gone = Math.min(left, end - start);
            start += gone;
            left -= gone;
        }
    }

    /** Reads until {@code wanted} bytes, at most a header, are contiguous in the buffer. */
    private void fill(long wanted) throws IOException {
        if (start + wanted > buffer.byteSize()) {
            MemorySegment.copy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        while (end - start < wanted) {
            end += some(source.read(buffer, end, buffer.byteSize() - end, true));
        }
    }

    private static long some(long count) throws ProtocolException {
        if (count == 0) {
            throw new ProtocolException("the peer disconnected in the middle of a message");
        }
        return count;
    }
}
