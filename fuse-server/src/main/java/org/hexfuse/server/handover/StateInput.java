package org.hexfuse.server.handover;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The state as it is received, see {@link StateOutput}. Its end is the end of this stream. */
public final class StateInput extends InputStream {
    private final DataInputStream in;
    private int left;
    private boolean ended;

    /** Reads pieces from {@code in}. */
    public StateInput(InputStream in) {
        this.in = new DataInputStream(in);
    }

    @Override public int read() throws IOException {
        if (!more()) {
            return -1;
        }
        left--;
        return in.readUnsignedByte();
    }

    @Override public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (!more()) {
            return -1;
        }
        int some = in.read(bytes, offset, Math.min(length, left));
        if (some < 0) {
            throw new EOFException("the state is not complete");
        }
        left -= some;
        return some;
    }

    private boolean more() throws IOException {
        if (left == 0 && !ended) {
            int length = in.readInt();
            if (length == StateOutput.FAILED) {
                throw new HandoverMessages.Refused(reason());
            }
            if (length < 0 || length > StateOutput.PIECE) {
                throw new IOException("a piece of the state of " + length + " bytes");
            }
            left = length;
            ended = length == StateOutput.END;
        }
        return left > 0;
    }

    private String reason() throws IOException {
        byte[] reason = new byte[StateOutput.LONGEST_REASON];
        int length = in.readUnsignedByte();
        in.readFully(reason, 0, length);
        return new String(reason, 0, length, UTF_8);
    }

    /**
     * Checks that all was read.
     *
     * @throws IOException if there is more
     */
    public void expectEnd() throws IOException {
        if (read() >= 0) {
            throw new IOException("the filesystem has read less than its predecessor saved");
        }
    }
}
