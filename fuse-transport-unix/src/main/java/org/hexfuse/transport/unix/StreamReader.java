package org.hexfuse.transport.unix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.spi.StreamFramer;

/** Receives the messages of a stream socket. */
final class StreamReader implements MessageReader {
    /** Room for some hundred small messages; large ones bypass it. */
    private static final int BUFFER = 32 * 1024;

    private final Wire wire;
    private final StreamFramer framer;

    private StreamReader(Wire wire, StreamFramer framer) {
        this.wire = wire;
        this.framer = framer;
    }

    static StreamReader ofRequests(Wire wire) {
        return new StreamReader(wire, StreamFramer.ofRequests(source(wire), buffer()));
    }

    static StreamReader ofReplies(Wire wire) {
        return new StreamReader(wire, StreamFramer.ofReplies(source(wire), buffer()));
    }

    private static StreamFramer.Source source(Wire wire) {
        return (target, offset, length, inside) -> wire.receive(target, offset, length, 0, inside);
    }

    private static MemorySegment buffer() {
        return Arena.ofAuto().allocate(BUFFER, 64);
    }

    @Override public boolean await() throws IOException {
        return framer.await();
    }

    @Override public long begin(long most) throws IOException {
        wire.beginMessage();
        return framer.begin(most);
    }

    @Override public MemorySegment header() {
        return framer.header();
    }

    @Override public void body(Segments target) throws IOException {
        framer.body(target);
    }

    @Override public void skip() throws IOException {
        framer.skip();
    }
}
