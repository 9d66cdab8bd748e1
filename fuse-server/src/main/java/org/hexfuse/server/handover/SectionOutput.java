package org.hexfuse.server.handover;

import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * Writes sections: each is what one method of an author's writes, in pieces behind their lengths, so that one that reads less or more of
 * it is found out.
 */
public final class SectionOutput extends OutputStream {
    static final int PIECE = 1 << 13;
    /** In place of a length: the section is complete. */
    static final int END = 0;
    /** In place of a length: there is no section. */
    static final int NONE = -1;

    private final DataOutput out;
    private final byte[] piece = new byte[PIECE];
    private int used;
    private boolean begun;

    /** What a method writes. */
    @FunctionalInterface public interface Body {
        /** Returns whether there is a section; if not, nothing was written. */
        boolean write(DataOutput out) throws IOException, InterruptedException;
    }

    /** Writes sections to {@code out}. */
    public SectionOutput(DataOutput out) {
        this.out = out;
    }

    /** Writes a section, or that there is none. Returns whether there is one. */
    public boolean section(Body body) throws IOException, InterruptedException {
        used = 0;
        begun = false;
        boolean present = body.write(new DataOutputStream(this));
        if (!present && (begun || used > 0)) {
            throw new IllegalStateException("a method has written something, and says that it has not");
        }
        send();
        out.writeInt(present ? END : NONE);
        return present;
    }

    @Override public void write(int one) throws IOException {
        if (used == PIECE) {
            send();
        }
        piece[used++] = (byte) one;
    }

    @Override public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        for (int done = 0, some; done < length; done += some) {
            if (used == PIECE) {
                send();
            }
            some = Math.min(length - done, PIECE - used);
            System.arraycopy(bytes, offset + done, piece, used, some);
            used += some;
        }
    }

    private void send() throws IOException {
        if (used > 0) {
            begun = true;
            out.writeInt(used);
            out.write(piece, 0, used);
            used = 0;
        }
    }
}
