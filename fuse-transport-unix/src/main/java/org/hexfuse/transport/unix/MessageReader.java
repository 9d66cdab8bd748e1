package org.hexfuse.transport.unix;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.hexfuse.libc.SocketType;
import org.hexfuse.transport.Segments;

/**
 * The messages that come over a wire, one after another: await, begin, then body or skip. Used by one thread at a time. After
 * an exception the connection is of no more use.
 */
interface MessageReader {
    /** Waits until a message comes. False if the other end is gone, or this one has shut down. */
    boolean await() throws IOException;

    /**
     * Reads the header.
     *
     * @param most the longest message that is let in, in bytes
     * @return the length of the message, its header included
     * @throws java.net.ProtocolException if that is no message, or too long a one
     */
    long begin(long most) throws IOException;

    /** The header of the message that has begun. */
    MemorySegment header();

    /** Reads what is behind the header; {@code target} has as many bytes. */
    void body(Segments target) throws IOException;

    /** Drops what is behind the header. */
    void skip() throws IOException;

    /** What a kernel's end sends. */
    static MessageReader requests(Wire wire) {
        return wire.type() == SocketType.STREAM ? StreamReader.ofRequests(wire) : PacketReader.ofRequests(wire);
    }

    /** What a server's end sends. */
    static MessageReader replies(Wire wire) {
        return wire.type() == SocketType.STREAM ? StreamReader.ofReplies(wire) : PacketReader.ofReplies(wire);
    }
}
