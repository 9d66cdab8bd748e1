package org.hexfuse.server.handover;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import org.hexfuse.transport.HandoverStream;

/** The messages beside the state, for either end. A text has at most 255 bytes, longer ones are cut. */
public final class HandoverMessages {
    /** "HANDOVER", big-endian. */
    static final long MAGIC = 0x48414E444F564552L;
    /** Of these messages and of what the library saves itself. */
    static final int VERSION = 1;
    private static final int ACCEPT = 1;
    private static final int REFUSE = 2;
    private static final int LONGEST = 255;

    private final HandoverStream stream;
    private final DataInputStream in;
    private final DataOutputStream out;

    /** Over a stream. */
    public HandoverMessages(HandoverStream stream) {
        this.stream = stream;
        this.in = new DataInputStream(stream.input());
        this.out = new DataOutputStream(stream.output());
    }

    /** From the successor. */
    public void hello(String format) throws IOException {
        out.writeLong(MAGIC);
        out.writeInt(VERSION);
        text(format);
    }

    /**
     * Awaits {@link #hello}.
     *
     * @return the successor's format; empty, and the successor is refused, if it has another version
     * @throws IOException if the peer does not send a hello
     */
    public Optional<String> awaitHello() throws IOException {
        if (in.readLong() != MAGIC) {
            throw new IOException("process " + stream.peer() + " sends something else");
        }
        int version = in.readInt();
        String format = text();
        if (version != VERSION) {
            refuse("it takes over by version " + version + " of the protocol, and version " + VERSION + " is needed");
            return Optional.empty();
        }
        return Optional.of(format);
    }

    /** Agrees to the next step. */
    public void accept() throws IOException {
        out.writeByte(ACCEPT);
    }

    /** Ends the handover. */
    public void refuse(String why) throws IOException {
        out.writeByte(REFUSE);
        text(why);
    }

    /**
     * Awaits the peer's {@link #accept}.
     *
     * @throws IOException if the peer refuses, with its reason, or is gone
     */
    public void awaitAccept() throws IOException {
        int answer = in.read();
        if (answer == REFUSE) {
            throw new Refused(text());
        }
        if (answer < 0) {
            throw new EOFException("process " + stream.peer() + " has closed the connection");
        }
        if (answer != ACCEPT) {
            throw new IOException("process " + stream.peer() + " answers " + answer);
        }
    }

    /** The peer has refused, for the reason in the message. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String why) {
            super(why);
        }
    }

    private void text(String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        int length = Math.min(bytes.length, LONGEST);
        out.writeByte(length);
        out.write(bytes, 0, length);
    }

    private String text() throws IOException {
        byte[] bytes = new byte[LONGEST];
        int length = in.readUnsignedByte();
        in.readFully(bytes, 0, length);
        return new String(bytes, 0, length, UTF_8);
    }
}
