package org.hexfuse.examples.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Data that must be decompressed from its start. Two streams are kept where reads have ended, for a reader that goes on and one that
 * looks elsewhere; a read before both begins a stream anew. One thread reads at a time.
 */
final class StreamContent implements Content {
    private static final int KEPT = 2;
    private static final int CHUNK = 64 * 1024;

    private final StreamSource source;
    /** The one that was used last comes first. */
    private final List<Cursor> cursors = new ArrayList<>();
    private final byte[] chunk = new byte[CHUNK];
    private boolean closed;

    /** Begins to decompress. */
    @FunctionalInterface interface StreamSource {
        InputStream open() throws IOException;
    }

    StreamContent(StreamSource source) {
        this.source = source;
    }

    /** A stream and the offset that it has reached. */
    private static final class Cursor {
        private final InputStream stream;
        private long position;

        Cursor(InputStream stream) {
            this.stream = stream;
        }
    }

    @Override public synchronized void read(long offset, ByteBuffer target, BooleanSupplier interrupted)
            throws IOException {
        if (closed) {
            throw new IOException("the file is closed");
        }
        Cursor cursor = take(offset);
        boolean done = false;
        try {
            while (cursor.position < offset) {
                if (interrupted.getAsBoolean()) {
                    throw new InterruptedIOException("interrupted at " + cursor.position + " of " + offset + " bytes");
                }
                next(cursor, (int) Math.min(CHUNK, offset - cursor.position));
            }
            while (target.hasRemaining()) {
                target.put(chunk, 0, next(cursor, Math.min(CHUNK, target.remaining())));
            }
            done = true;
        } finally {
            give(cursor, done);
        }
    }

    /** Removes the cursor that is nearest before an offset, or makes one. */
    private Cursor take(long offset) throws IOException {
        Cursor best = null;
        for (Cursor cursor : cursors) {
            if (cursor.position <= offset && (best == null || cursor.position > best.position)) {
                best = cursor;
            }
        }
        if (best == null) {
            return new Cursor(source.open());
        }
        cursors.remove(best);
        return best;
    }

    private int next(Cursor cursor, int most) throws IOException {
        int count = cursor.stream.read(chunk, 0, most);
        if (count < 0) {
            throw new EOFException("the member ends at " + cursor.position + " bytes, before its size");
        }
        cursor.position += count;
        return count;
    }

    private void give(Cursor cursor, boolean valid) throws IOException {
        if (!valid) {
            cursor.stream.close();
            return;
        }
        cursors.addFirst(cursor);
        if (cursors.size() > KEPT) {
            cursors.removeLast().stream.close();
        }
    }

    @Override public synchronized void close() throws IOException {
        closed = true;
        for (Cursor cursor : cursors) {
            cursor.stream.close();
        }
        cursors.clear();
    }
}
