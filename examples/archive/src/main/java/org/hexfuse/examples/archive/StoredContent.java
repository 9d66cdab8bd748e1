package org.hexfuse.examples.archive;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Data that the archive stores as it is, in one or more extents; what no extent covers is zeros. */
final class StoredContent implements Content {
    /**
     * Bytes that are stored one after another.
     *
     * @param offset where they are in the member
     * @param place where they are in the archive
     */
    record Extent(long offset, long length, long place) {}

    private final FileChannel archive;
    private final List<Extent> extents;

    /** Extents in the order of their offsets. */
    StoredContent(FileChannel archive, List<Extent> extents) {
        this.archive = archive;
        this.extents = extents;
    }

    @Override public void read(long offset, ByteBuffer target, BooleanSupplier interrupted) throws IOException {
        long at = offset;
        for (int i = firstEndingAfter(offset); target.hasRemaining() && i < extents.size(); i++) {
            Extent extent = extents.get(i);
            at += zeros(target, extent.offset - at);
            at += copy(extent, at, target);
        }
        zeros(target, target.remaining());
    }

    private int firstEndingAfter(long offset) {
        int low = 0;
        int high = extents.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            Extent extent = extents.get(middle);
            if (extent.offset + extent.length > offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private static long zeros(ByteBuffer target, long wanted) {
        int count = Math.clamp(wanted, 0, target.remaining());
        target.put(new byte[count]);
        return count;
    }

    private long copy(Extent extent, long at, ByteBuffer target) throws IOException {
        long from = at - extent.offset;
        int count = (int) Math.min(extent.length - from, target.remaining());
        if (count == 0) {
            return 0;
        }
        ByteBuffer part = target.slice(target.position(), count);
        while (part.hasRemaining()) {
            if (archive.read(part, extent.place + from + part.position()) < 0) {
                throw new EOFException("the archive ends within a member");
            }
        }
        target.position(target.position() + count);
        return count;
    }
}
