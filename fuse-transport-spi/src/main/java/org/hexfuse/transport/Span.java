package org.hexfuse.transport;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Bulk data in one piece. It can be set again, so that one object serves many messages. */
public final class Span implements Segments {
    /** Of size 0; never set. */
    static final Span EMPTY = new Span();

    private MemorySegment segment = MemorySegment.NULL;
    private long offset;
    private long length;

    /** An empty span. */
    public Span() {}

    /** Sets this to {@code bytes} bytes of {@code memory} from {@code start} on. */
    public Span set(MemorySegment memory, long start, long bytes) {
        Objects.checkFromIndexSize(start, bytes, memory.byteSize());
        this.segment = memory;
        this.offset = start;
        this.length = bytes;
        return this;
    }

    @Override public long size() {
        return length;
    }

    @Override public void copyFrom(long position, byte[] source, int from, int bytes) {
        Objects.checkFromIndexSize(position, bytes, length);
        MemorySegment.copy(source, from, segment, JAVA_BYTE, offset + position, bytes);
    }

    @Override public int count() {
        return length == 0 ? 0 : 1;
    }

    @Override public MemorySegment segment(int index) {
        return segment;
    }

    @Override public long offset(int index) {
        return offset;
    }

    @Override public long length(int index) {
        return length;
    }
}
