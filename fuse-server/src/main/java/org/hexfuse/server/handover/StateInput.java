package org.hexfuse.server.handover;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The state as it is received, see {@link StateOutput}. Its end is the end of this stream. */
public final class StateInput extends PieceInput {
    /** Reads pieces from {@code in}. */
    public StateInput(InputStream in) {
        super(new DataInputStream(in), StateOutput.PIECE);
    }

    @Override IOException failure(int length) throws IOException {
        return length == StateOutput.FAILED ? new HandoverMessages.Refused(reason())
                : new IOException("a piece of the state of " + length + " bytes");
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
