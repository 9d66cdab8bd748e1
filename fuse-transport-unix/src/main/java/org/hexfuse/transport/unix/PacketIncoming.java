package org.hexfuse.transport.unix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.ProtocolException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.libc.MessageFlags;
import org.hexfuse.libc.SocketMessage;
import org.hexfuse.transport.Segments;

/**
 * The messages of a socket whose packets they are. The header is looked at while the packet stays in the queue, and so is its
 * true length; then all of it is received at once, the body straight to where it belongs.
 */
final class PacketIncoming implements Incoming {
    private static final int MOST_PIECES = 16;

    private final Wire wire;
    private final MemorySegment header;
    private final SocketMessage message;
    private long length;

    private PacketIncoming(Wire wire, int headerSize) {
        this.wire = wire;
        this.header = Arena.ofAuto().allocate(headerSize, 8);
        this.message = new SocketMessage(Arena.ofAuto(), MOST_PIECES + 1, 0);
    }

    static PacketIncoming ofRequests(Wire wire) {
        return new PacketIncoming(wire, InHeader.SIZE);
    }

    static PacketIncoming ofReplies(Wire wire) {
        return new PacketIncoming(wire, OutHeader.SIZE);
    }

    /** An empty packet can't be told from the end, and is one. */
    @Override public boolean await() throws IOException {
        length = wire.receive(header, 0, header.byteSize(), MessageFlags.PEEK | MessageFlags.TRUNC, false);
        return length > 0;
    }

    @Override public long begin(long most) throws IOException {
        if (length < header.byteSize()) {
            throw new ProtocolException(
                    "a packet of " + length + " bytes, less than its header of " + header.byteSize());
        }
        long announced = InHeader.LEN.getUnsigned(header, 0);
        if (announced != length) {
            throw new ProtocolException("a packet of " + length + " bytes whose length says " + announced);
        }
        if (length > most) {
            throw new ProtocolException(
                    "a packet of " + length + " bytes, more than the " + most + " that were agreed upon");
        }
        return length;
    }

    @Override public MemorySegment header() {
        return header;
    }

    @Override public void body(Segments target) throws IOException {
        long size = target.size();
        if (size != length - header.byteSize()) {
            throw new IllegalArgumentException("room for " + size + " bytes of a packet of " + length);
        }
        message.pieces().clear().add(header, 0, header.byteSize());
        if (canReceiveInto(target)) {
            for (int i = 0; i < target.count(); i++) {
                message.pieces().add(target.segment(i), target.offset(i), target.length(i));
            }
            receiveAll();
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(size);
            message.pieces().add(copy, 0, size);
            receiveAll();
            target.copyFrom(0, copy, 0, size);
        }
    }

    private static boolean canReceiveInto(Segments target) {
        boolean can = target.count() <= MOST_PIECES;
        for (int i = 0; can && i < target.count(); i++) {
            can = target.segment(i).isNative();
        }
        return can;
    }

    private void receiveAll() throws IOException {
        long received = wire.receive(message);
        message.pieces().clear();
        if (received != length || message.truncated()) {
            throw new ProtocolException("the peer went away in the middle of a message");
        }
    }

    /** What does not fit is dropped by the system. */
    @Override public void skip() throws IOException {
        wire.receive(header, 0, header.byteSize(), 0, true);
    }
}
