package org.hexfuse.transport;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * Bulk data in one or more pieces of memory, as an I/O vector. A position is an offset in bytes from the start of the first
 * piece, over all pieces.
 *
 * <p>It is a view, valid for as long as its source states, and used by one thread at a time. No method allocates.
 */
public interface Segments {
    /** The number of bytes in all pieces. */
    long size();

    /** The number of pieces, 0 only if {@link #size} is 0. */
    int count();

    /** The memory of piece {@code index}. */
    MemorySegment segment(int index);

    /** The offset of piece {@code index} in its {@link #segment}, in bytes. */
    long offset(int index);

    /** The length of piece {@code index} in bytes. */
    long length(int index);

    /** Copies {@code length} bytes from {@code position} to {@code target}. */
    default void copyTo(long position, MemorySegment target, long offset, long length) {
        long skip = position;
        long done = 0;
        for (int i = 0; i < count() && done < length; i++) {
            long take = Math.min(length(i) - skip, length - done);
            if (take > 0) {
                MemorySegment.copy(segment(i), offset(i) + skip, target, offset + done, take);
                done += take;
            }
            skip = Math.max(0, skip - length(i));
        }
        checkAll(done, length, position);
    }

    /** Copies {@code length} bytes from {@code position} to {@code target}. */
    default void copyTo(long position, byte[] target, int offset, int length) {
        long skip = position;
        int done = 0;
        for (int i = 0; i < count() && done < length; i++) {
            int take = (int) Math.min(length(i) - skip, length - done);
            if (take > 0) {
                MemorySegment.copy(segment(i), JAVA_BYTE, offset(i) + skip, target, offset + done, take);
                done += take;
            }
            skip = Math.max(0, skip - length(i));
        }
        checkAll(done, length, position);
    }

    /** Copies {@code length} bytes of {@code source} to {@code position}. */
    default void copyFrom(long position, byte[] source, int offset, int length) {
        copyFrom(position, MemorySegment.ofArray(source), offset, length);
    }

    /** Copies {@code length} bytes of {@code source} to {@code position}. */
    default void copyFrom(long position, MemorySegment source, long offset, long length) {
        long skip = position;
        long done = 0;
        for (int i = 0; i < count() && done < length; i++) {
            long take = Math.min(length(i) - skip, length - done);
            if (take > 0) {
                MemorySegment.copy(source, offset + done, segment(i), offset(i) + skip, take);
                done += take;
            }
            skip = Math.max(0, skip - length(i));
        }
        checkAll(done, length, position);
    }

    private void checkAll(long done, long length, long position) {
        if (done < length) {
            throw new IndexOutOfBoundsException(length + " bytes from position " + position + " of " + size());
        }
    }
}
