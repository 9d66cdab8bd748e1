package org.hexfuse.transport.unix;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.hexfuse.libc.SocketType;
import org.hexfuse.transport.Segments;

/**
 * Receives the messages of a connection: await, begin, then body or skip. Used by one thread at a time. After an exception the
 * connection cannot be used any more.
 */
interface MessageReader {
    /** Blocks until the next message begins. False if the peer has disconnected or this end has shut down. */
    boolean await() throws IOException;

    /**
     * Receives the header.
     *
     * @param most the longest message that is accepted, in bytes
     * @return the length of the message, its header included
     * @throws java.net.ProtocolException if the message is malformed or too long
     */
    long begin(long most) throws IOException;

    /** The header of the message that has begun. */
    MemorySegment header();

    /** Receives the bytes after the header, which are as many as {@code target} has. */
    void body(Segments target) throws IOException;

    /** Discards the bytes after the header. */
    void skip() throws IOException;

    /** A reader of requests. */
    static MessageReader requests(Wire wire) {
        return wire.type() == SocketType.STREAM ? StreamReader.ofRequests(wire) : PacketReader.ofRequests(wire);
    }

    /** A reader of replies and notifications. */
    static MessageReader replies(Wire wire) {
        return wire.type() == SocketType.STREAM ? StreamReader.ofReplies(wire) : PacketReader.ofReplies(wire);
    }
}
