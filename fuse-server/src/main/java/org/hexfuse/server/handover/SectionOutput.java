package org.hexfuse.server.handover;

import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Writes sections. A section has the bytes that one method of an author's writes, in pieces: the method that reads them cannot read
 * beyond it, and it is found out if it reads less.
 */
public final class SectionOutput extends PieceOutput {
    static final int PIECE = 1 << 13;
    /** In place of a length: there is no section. */
    static final int NONE = -1;

    private final DataOutput out;
    private boolean begun;

    /** What a method writes. */
    @FunctionalInterface public interface Body {
        /** Returns whether there is a section; if not, nothing was written. */
        boolean write(DataOutput out) throws IOException, InterruptedException;
    }

    /** Writes sections to {@code out}. */
    public SectionOutput(DataOutput out) {
        super(PIECE);
        this.out = out;
    }

    /** Writes a section, or that there is none. Returns whether there is one. */
    public boolean section(Body body) throws IOException, InterruptedException {
        begun = false;
        boolean present = body.write(new DataOutputStream(this));
        if (!present && (begun || isFilled())) {
            throw new IllegalStateException("a method has written something, and says that it has not");
        }
        sendPiece();
        out.writeInt(present ? PieceInput.END : NONE);
        return present;
    }

    @Override void send(byte[] bytes, int length) throws IOException {
        begun = true;
        out.write(bytes, 0, length);
    }
}
