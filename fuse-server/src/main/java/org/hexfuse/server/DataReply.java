package org.hexfuse.server;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.hexfuse.server.reply.DataReplyWriter;
import org.hexfuse.transport.Segments;

/**
 * The data of a reply, in memory of the transport's, or of the caller's in the same process, that has room for what was requested. The first byte written may overwrite the
 * request, such as names that were not read yet.
 *
 * <p>There are three ways to write: bytes that follow what was written ({@link #write(byte[], int, int)} and its like), the slice
 * of a whole file that a READ requests ({@link #writeSlice}), and without a copy, straight into {@link #memory}.
 *
 * <p>A decorator may pass on a reply of its own, such as one {@linkplain #into into its own array}. Used by one thread at a time.
 */
public interface DataReply {
    /** A reply that is written into {@code target}, for a unit test or a decorator. */
    static DataReply into(byte[] target) {
        return into(MemorySegment.ofArray(target));
    }

    /** A reply that is written into {@code target}. */
    static DataReply into(MemorySegment target) {
        return new DataReplyWriter(target);
    }

    /** The bytes that still fit. */
    long room();

    /** The bytes that are written. */
    long written();

    /**
     * Writes {@code length} bytes of {@code source} from {@code offset} on.
     *
     * @throws IndexOutOfBoundsException if they are more than {@link #room}
     */
    void write(MemorySegment source, long offset, long length);

    /** Writes {@code length} bytes of {@code source} from {@code offset} on, at most {@link #room}. */
    default void write(byte[] source, int offset, int length) {
        write(MemorySegment.ofArray(source), offset, length);
    }

    /** Writes all of {@code source}, at most {@link #room} bytes. */
    default void write(byte[] source) {
        write(source, 0, source.length);
    }

    /** Writes what remains of {@code source}, at most {@link #room} bytes, and moves its position to its limit. */
    default void write(ByteBuffer source) {
        write(MemorySegment.ofBuffer(source), 0, source.remaining());
        source.position(source.limit());
    }

    /**
     * Writes the slice of a whole file that a READ requests: from {@code position} on, as much as fits.
     *
     * @param position {@link Read#offset}; at or beyond the end of the file nothing is written
     */
    default void writeSlice(byte[] file, long position) {
        if (position < file.length) {
            write(file, (int) position, (int) Math.min(file.length - position, room()));
        }
    }

    /** Writes {@code length} zeros, at most {@link #room}. */
    void writeZeros(long length);

    /**
     * The memory itself, from its start on, to fill it without a copy, as by {@code pread(2)}. Bytes that were put behind those
     * {@link #written} count after {@link #advance}.
     */
    Segments memory();

    /** Counts {@code length} more bytes of {@link #memory} as written, at most {@link #room}. */
    void advance(long length);
}
