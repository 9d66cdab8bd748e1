package org.hexfuse.server.handover;

import java.io.DataInput;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Reads what comes in pieces, each behind its length, see {@link PieceOutput}. */
abstract class PieceInput extends InputStream {
    /** In place of a length: there are no more pieces. */
    static final int END = 0;

    final DataInput in;
    private final int longest;
    private int left;
    private boolean ended;

    /** @param longest the most bytes that a piece has */
    PieceInput(DataInput in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    /** Called where a length is no length of a piece. */
    abstract IOException failure(int length) throws IOException;

    /** Pieces follow, the first one of a length that was read already. */
    final void begin(int length) throws IOException {
        if (length < 0 || length > longest) {
            throw failure(length);
        }
        left = length;
        ended = length == END;
    }

    /** No pieces follow. */
    final void end() {
        left = 0;
        ended = true;
    }

    @Override public final int read() throws IOException {
        if (!more()) {
            return -1;
        }
        left--;
        return in.readUnsignedByte();
    }

    @Override public final int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (!more()) {
            return -1;
        }
        int some = Math.min(length, left);
        try {
            in.readFully(bytes, offset, some);
        } catch (EOFException e) {
            throw (EOFException) new EOFException("the state is not complete").initCause(e);
        }
        left -= some;
        return some;
    }

    private boolean more() throws IOException {
        if (left == 0 && !ended) {
            begin(in.readInt());
        }
        return left > 0;
    }
}
