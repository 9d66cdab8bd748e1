package org.hexfuse.server.handover;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Writes in pieces, each behind its length of four bytes, big-endian. */
abstract class PieceOutput extends OutputStream {
    private final byte[] piece;
    private int used = Integer.BYTES;

    /** @param longest the most bytes that a piece has */
    PieceOutput(int longest) {
        this.piece = new byte[Integer.BYTES + longest];
    }

    /** Sends a length and the bytes behind it. */
    abstract void send(byte[] bytes, int length) throws IOException;

    /** Whether there are bytes that were not sent. */
    final boolean isFilled() { return used > Integer.BYTES; }

    @Override public final void write(int one) throws IOException {
        if (used == piece.length) {
            sendPiece();
        }
        piece[used++] = (byte) one;
    }

    @Override public final void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        for (int done = 0, some; done < length; done += some) {
            if (used == piece.length) {
                sendPiece();
            }
            some = Math.min(length - done, piece.length - used);
            System.arraycopy(bytes, offset + done, piece, used, some);
            used += some;
        }
    }

    /** Sends the bytes that were not sent, if there are any. */
    final void sendPiece() throws IOException {
        if (isFilled()) {
            ByteBuffer.wrap(piece).putInt(0, used - Integer.BYTES);
            send(piece, used);
            used = Integer.BYTES;
        }
    }
}
