package org.hexfuse.server.handover;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** The state as it is sent: pieces of up to {@value #PIECE} bytes, each behind its length. */
public final class StateOutput extends PieceOutput {
    static final int PIECE = 1 << 16;
    /** In place of a length: saving has failed; a length and the reason follow. */
    static final int FAILED = -1;
    static final int LONGEST_REASON = 255;

    private final OutputStream out;

    /** Writes pieces to {@code out}. */
    public StateOutput(OutputStream out) {
        super(PIECE);
        this.out = out;
    }

    @Override void send(byte[] bytes, int length) throws IOException {
        out.write(bytes, 0, length);
    }

    /** Sends what is buffered. */
    @Override public void flush() throws IOException {
        sendPiece();
    }

    /** The state is complete. */
    public void finish() throws IOException {
        flush();
        out.write(ByteBuffer.allocate(Integer.BYTES).putInt(0, PieceInput.END).array());
    }

    /** The state cannot be saved. */
    public void fail(String why) throws IOException {
        byte[] reason = why.getBytes(UTF_8);
        int length = Math.min(reason.length, LONGEST_REASON);
        out.write(ByteBuffer.allocate(Integer.BYTES + 1 + length).putInt(FAILED).put((byte) length)
                .put(reason, 0, length).array());
    }
}
