package org.hexfuse.server;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.hexfuse.transport.Segments;

/**
 * Where a read puts its bytes: memory of the transport's, no larger than what was asked for. The first byte that is written
 * may end the views of the request, such as names not read yet.
 */
public final class DataReply {
    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[8192]).asReadOnly();

    private Segments memory;
    private long limit;
    private long position;

    DataReply() {}

    DataReply set(Segments target, long bytes) {
        this.memory = target;
        this.limit = Math.min(target.size(), bytes);
        this.position = 0;
        return this;
    }

    /** The bytes that still fit. */
    public long room() {
        return limit - position;
    }

    /** The bytes that are written. */
    public long written() {
        return position;
    }

    /**
     * Writes the slice of a whole file that a read asks for: from {@code position} on, as much as fits.
     *
     * @param position {@link Read#offset}; may lie at or behind the end, which writes nothing
     */
    public void writeSlice(byte[] file, long position) {
        if (position < file.length) {
            write(file, (int) position, (int) Math.min(file.length - position, room()));
        }
    }

    /** Writes all of {@code source}, at most {@link #room} bytes. */
    public void write(byte[] source) {
        write(source, 0, source.length);
    }

    /** Writes {@code length} bytes of {@code source} from {@code offset} on, at most {@link #room}. */
    public void write(byte[] source, int offset, int length) {
        write(MemorySegment.ofArray(source), offset, length);
    }

    /** Writes what remains of {@code source}, at most {@link #room} bytes, and moves its position to its limit. */
    public void write(ByteBuffer source) {
        write(MemorySegment.ofBuffer(source), 0, source.remaining());
        source.position(source.limit());
    }

    /** Writes {@code length} bytes of {@code source} from {@code offset} on, at most {@link #room}. */
    public void write(MemorySegment source, long offset, long length) {
        checkRoom(length);
        memory.copyFrom(position, source, offset, length);
        position += length;
    }

    /** Writes {@code length} zeros, at most {@link #room}. */
    public void writeZeros(long length) {
        checkRoom(length);
        for (long left = length; left > 0;) {
            long some = Math.min(left, ZEROS.byteSize());
            memory.copyFrom(position, ZEROS, 0, some);
            position += some;
            left -= some;
        }
    }

    /**
     * The memory itself, from its start on, for who can fill it without a copy, as by {@code pread(2)}. What was put there
     * counts after {@link #advance}.
     */
    public Segments memory() {
        return memory;
    }

    /** Counts {@code length} bytes as written, at most {@link #room}. */
    public void advance(long length) {
        checkRoom(length);
        position += length;
    }

    private void checkRoom(long length) {
        if (length < 0 || length > room()) {
            throw new IndexOutOfBoundsException(length + " bytes where " + room() + " fit");
        }
    }
}
