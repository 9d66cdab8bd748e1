package org.hexfuse.server.reply;

import java.lang.foreign.MemorySegment;
import org.hexfuse.server.DataReply;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;

/** Writes the data of one reply at a time into a slot's memory, or into a segment. */
public final class DataReplyWriter implements DataReply {
    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[8192]).asReadOnly();

    private Segments memory;
    private long limit;
    private long position;

    /** Without a reply. */
    public DataReplyWriter() {}

    /** A reply into {@code target}. */
    public DataReplyWriter(MemorySegment target) {
        set(new Span().set(target, 0, target.byteSize()), target.byteSize());
    }

    /** Begins another reply, of at most {@code bytes} bytes. */
    public DataReplyWriter set(Segments target, long bytes) {
        this.memory = target;
        this.limit = Math.min(target.size(), bytes);
        this.position = 0;
        return this;
    }

    @Override public long room() {
        return limit - position;
    }

    @Override public long written() {
        return position;
    }

    @Override public void write(MemorySegment source, long offset, long length) {
        checkRoom(length);
        memory.copyFrom(position, source, offset, length);
        position += length;
    }

    @Override public void write(byte[] source, int offset, int length) {
        checkRoom(length);
        memory.copyFrom(position, source, offset, length);
        position += length;
    }

    @Override public void writeZeros(long length) {
        checkRoom(length);
        for (long left = length; left > 0;) {
            long some = Math.min(left, ZEROS.byteSize());
            memory.copyFrom(position, ZEROS, 0, some);
            position += some;
            left -= some;
        }
    }

    @Override public Segments memory() {
        return memory;
    }

    @Override public void advance(long length) {
        checkRoom(length);
        position += length;
    }

    private void checkRoom(long length) {
        if (length < 0 || length > room()) {
            throw new IndexOutOfBoundsException(length + " bytes where " + room() + " fit");
        }
    }
}
