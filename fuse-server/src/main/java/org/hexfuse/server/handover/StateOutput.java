package org.hexfuse.server.handover;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The state as it is sent: pieces of up to {@value #PIECE} bytes, each behind its length. */
public final class StateOutput extends OutputStream {
    static final int PIECE = 1 << 16;
    /** In place of a length: the state is complete. */
    static final int END = 0;
    /** In place of a length: saving has failed; a length and the reason follow. */
    static final int FAILED = -1;
    static final int LONGEST_REASON = 255;

    private final OutputStream out;
    private final byte[] piece = new byte[PIECE + Integer.BYTES];
    private int used;

    /** Writes pieces to {@code out}. */
    public StateOutput(OutputStream out) {
        this.out = out;
    }

    @Override public void write(int one) throws IOException {
        if (used == PIECE) {
            flush();
        }
        piece[Integer.BYTES + used++] = (byte) one;
    }

    @Override public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int done = 0;
        while (done < length) {
            if (used == PIECE) {
                flush();
            }
            int some = Math.min(length - done, PIECE - used);
            System.arraycopy(bytes, offset + done, piece, Integer.BYTES + used, some);
            used += some;
            done += some;
        }
    }

    /** Sends what is buffered. */
    @Override public void flush() throws IOException {
        if (used > 0) {
            ByteBuffer.wrap(piece).putInt(0, used);
            out.write(piece, 0, Integer.BYTES + used);
            used = 0;
        }
    }

    /** The state is complete. */
    public void finish() throws IOException {
        flush();
        out.write(ByteBuffer.allocate(Integer.BYTES).putInt(0, END).array());
    }

    /** The state cannot be saved. */
    public void fail(String why) throws IOException {
        byte[] reason = why.getBytes(UTF_8);
        int length = Math.min(reason.length, LONGEST_REASON);
        out.write(ByteBuffer.allocate(Integer.BYTES + 1 + length).putInt(FAILED).put((byte) length)
                .put(reason, 0, length).array());
    }
}
