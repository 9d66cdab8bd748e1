package org.hexfuse.nio.server;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Reads a member of an archive at any offset, by streams, of which it keeps a few where they have read to, since a channel of the
 * provider would take the whole member into memory. A stored member is skipped in one step; a deflated one is inflated as far as the
 * offset. Its owner guards it.
 */
final class MemberReader implements Closeable {
    /** Readers at different places of one member. */
    private static final int STREAMS = 3;
    private static final int PIECE = 1 << 16;
    private static final int STORED = 0;

    private final Path file;
    private final boolean stored;
    /** The one that was used last is the first. */
    private final Deque<Place> places = new ArrayDeque<>(STREAMS);
    private byte[] piece = {};
    /** How many bytes were inflated only to be skipped. */
    private long skipped;

    /** A stream, and the offset that it reads next. */
    private static final class Place {
        private final InputStream stream;
        private long next;

        Place(InputStream stream) {
            this.stream = stream;
        }
    }

    MemberReader(Path file) throws IOException {
        this.file = file;
        this.stored = ((Number) Files.getAttribute(file, "zip:method")).intValue() == STORED;
    }

    /** How many bytes were inflated only to be skipped. */
    long skipped() {
        return skipped;
    }

    /** Reads until the target is full or the member ends; returns how many bytes were read. */
    int read(ByteBuffer target, long offset) throws IOException {
        Place place = at(offset);
        boolean done = false;
        try {
            int total = place == null ? 0 : fill(place, target);
            done = true;
            return total;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private int fill(Place place, ByteBuffer target) throws IOException {
        piece = piece.length == 0 ? new byte[PIECE] : piece;
        int total = 0;
        while (target.hasRemaining()) {
            int got = place.stream.read(piece, 0, Math.min(piece.length, target.remaining()));
            if (got < 0) {
                break;
            }
            target.put(piece, 0, got);
            place.next += got;
            total += got;
        }
        return total;
    }

    /** A stream that reads an offset next; null if the member ends before. */
    private Place at(long offset) throws IOException {
        Place nearest = null;
        for (Place place : places) {
            if (place.next <= offset && (nearest == null || place.next > nearest.next)) {
                nearest = place;
            }
        }
        if (nearest == null || (stored && nearest.next != offset)) {
            nearest = open();
        }
        places.remove(nearest);
        places.addFirst(nearest);
        try {
            skip(nearest, offset - nearest.next);
            return nearest;
        } catch (EOFException _) {
            places.remove(nearest);
            nearest.stream.close();
            return null;
        }
    }

    private Place open() throws IOException {
        if (places.size() == STREAMS) {
            places.removeLast().stream.close();
        }
        var place = new Place(Files.newInputStream(file));
        places.addFirst(place);
        return place;
    }

    /** The provider's stream of a stored member knows where its data begin when it has read a byte, and must not skip before. */
    private void skip(Place place, long count) throws IOException {
        long rest = count;
        if (rest > 0) {
            if (place.stream.read() < 0) {
                throw new EOFException();
            }
            place.next++;
            rest--;
        }
        while (rest > 0) {
            long got = place.stream.skip(rest);
            if (got <= 0) {
                throw new EOFException();
            }
            place.next += got;
            rest -= got;
        }
        skipped += stored ? 0 : count;
    }

    @Override public void close() throws IOException {
        try {
            for (Place place : places) {
                place.stream.close();
            }
        } finally {
            places.clear();
        }
    }
}
