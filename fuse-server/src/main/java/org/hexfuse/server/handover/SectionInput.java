package org.hexfuse.server.handover;

import java.io.DataInput;
import java.io.DataInputStream;
import java.io.IOException;

/** Reads sections, see {@link SectionOutput}. The end of a section is the end of this stream, until the next one begins. */
public final class SectionInput extends PieceInput {
    /** Reads sections from {@code in}. */
    public SectionInput(DataInput in) {
        super(in, SectionOutput.PIECE);
        end();
    }

    @Override IOException failure(int length) {
        return new IOException("a piece of a section of " + length + " bytes");
    }

    /** Begins the next section. Returns whether there is one. */
    public boolean next() throws IOException {
        int length = in.readInt();
        if (length == SectionOutput.NONE) {
            end();
            return false;
        }
        begin(length);
        return true;
    }

    /** What the section has. */
    public DataInput data() {
        return new DataInputStream(this);
    }

    /**
     * Checks that all was read.
     *
     * @throws IOException if there is more, which {@code what} names
     */
    public void expectEnd(String what) throws IOException {
        if (read() >= 0) {
            throw new IOException(what + " has read less than its predecessor saved");
        }
    }
}
