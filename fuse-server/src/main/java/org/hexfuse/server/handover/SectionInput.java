package org.hexfuse.server.handover;

import java.io.DataInput;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Reads sections, see {@link SectionOutput}. The end of a section is the end of this stream, until the next one begins. */
public final class SectionInput extends InputStream {
    private final DataInput in;
    private int left;
    private boolean ended = true;

    /** Reads sections from {@code in}. */
    public SectionInput(DataInput in) {
        this.in = in;
    }

    /** Begins the next section. Returns whether there is one. */
    public boolean next() throws IOException {
        ended = false;
        int length = in.readInt();
        if (length == SectionOutput.NONE) {
            ended = true;
            return false;
        }
        begin(length);
        return true;
    }

    private void begin(int length) throws IOException {
        if (length < 0 || length > SectionOutput.PIECE) {
            throw new IOException("a piece of a section of " + length + " bytes");
        }
        left = length;
        ended = length == SectionOutput.END;
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
        int some = Math.min(length, left);
        in.readFully(bytes, offset, some);
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
