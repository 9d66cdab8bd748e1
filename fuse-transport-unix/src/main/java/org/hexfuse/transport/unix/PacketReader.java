package org.hexfuse.transport.unix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.ProtocolException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.libc.MessageFlags;
import org.hexfuse.libc.SocketMessage;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.Segments;

/**
 * Receives messages that are packets each. The header and the length of the packet are peeked; then the whole packet is
 * received at once, the body directly into its target.
 */
final class PacketReader implements MessageReader {
    private static final int MAX_PIECES = 16;
    /** The longest packet of a message in several packets. */
    private static final long MAX_PART = 1 << 20;
    private static final int MAX_ERRNO = 512;
    /** How far apart the uniques of two requests are that are outstanding at a time. */
    private static final long NEAR = 1 << 20;

    private final Wire wire;
    private final MemorySegment header;
    private final SocketMessage message;
    /** Whether a message may consist of several packets, as from a server that splices. */
    private final boolean inParts;
    /** The length of the message. */
    private long length;
    private long firstLength;

    private PacketReader(Wire wire, int headerSize, boolean inParts) {
        this.inParts = inParts;
        this.wire = wire;
        this.header = Arena.ofAuto().allocate(headerSize, 8);
        this.message = new SocketMessage(Arena.ofAuto(), MAX_PIECES + 1, 0);
    }

    static PacketReader ofRequests(Wire wire) {
        return new PacketReader(wire, InHeader.SIZE, false);
    }

    static PacketReader ofReplies(Wire wire) {
        return new PacketReader(wire, OutHeader.SIZE, true);
    }

    /** An empty packet reads as the end of the connection. */
    @Override public boolean await() throws IOException {
        firstLength = wire.receive(header, 0, header.byteSize(), MessageFlags.PEEK | MessageFlags.TRUNC, false);
        return firstLength > 0;
    }

    @Override public long begin(long most) throws IOException {
        wire.beginMessage();
        if (firstLength < header.byteSize()) {
            throw new ProtocolException(
                    "a packet of " + firstLength + " bytes, shorter than its header of " + header.byteSize());
        }
        long announced = InHeader.LEN.getUnsigned(header, 0);
        length = announced;
        if (announced < firstLength || (announced > firstLength && !inParts)) {
            throw new ProtocolException("a packet of " + firstLength + " bytes whose header states " + announced);
        }
        if (length > most) {
            throw new ProtocolException(
                    "a packet of " + length + " bytes, longer than the negotiated " + most);
        }
        return length;
    }

    @Override public MemorySegment header() {
        return header;
    }

    @Override public void body(Segments target) throws IOException {
        long size = target.size();
        if (size != length - header.byteSize()) {
            throw new IllegalArgumentException("room for " + size + " bytes of a message of " + length);
        }
        if (length > firstLength) {
            receiveParts(target);
            return;
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

    /**
     * A server that splices sends a long reply in several packets, whose lengths add up to the one in the header.
     *
     * <p>Source: libfuse {@code lib/fuse_lowlevel.c}, {@code fuse_send_data_iov}.
     */
    private void receiveParts(Segments target) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment part = arena.allocate(Math.min(length, MAX_PART));
            long done = 0;
            long skipped = header.byteSize();
            while (done < target.size()) {
                long received = wire.receive(part, 0, part.byteSize(), MessageFlags.TRUNC, true);
                if (done > 0 && isReply(part, received)) {
                    throw new ProtocolException("another reply came between the packets of one of " + length
                            + " bytes: the server splices with several threads; it needs READs of at most "
                            + ExecAddress.SPLICED_READ + " bytes");
                }
                long useful = received - skipped;
                if (received <= 0 || useful < 0 || useful > target.size() - done || received > part.byteSize()) {
                    throw new ProtocolException("a reply of " + length + " bytes whose packets do not add up to it");
                }
                target.copyFrom(done, part, skipped, useful);
                done += useful;
                skipped = 0;
            }
        }
    }

    /**
     * Whether the next packet is another reply, or the first packet of one. Only its header tells it from data: the length of the packet
     * or more, no error in the latter case, and a unique that is not long before or after this reply's.
     */
    private boolean isReply(MemorySegment packet, long received) {
        if (received < OutHeader.SIZE) {
            return false;
        }
        long stated = OutHeader.LEN.getUnsigned(packet, 0);
        int error = OutHeader.ERROR.get(packet);
        long distance = Math.abs(OutHeader.UNIQUE.get(packet) - OutHeader.UNIQUE.get(header));
        boolean first = stated > received && stated <= MAX_PART + Limits.HEAD_ROOM && error == 0;
        boolean whole = stated == received && error <= 0 && error > -MAX_ERRNO;
        return (first || whole) && distance % 2 == 0 && distance < NEAR;
    }

    private static boolean canReceiveInto(Segments target) {
        boolean can = target.count() <= MAX_PIECES;
        for (int i = 0; can && i < target.count(); i++) {
            can = target.segment(i).isNative();
        }
        return can;
    }

    private void receiveAll() throws IOException {
        long received = wire.receive(message);
        message.pieces().clear();
        if (received != length || message.truncated()) {
            throw new ProtocolException("the peer disconnected in the middle of a message");
        }
    }

    /** The system discards the part of a packet that does not fit. */
    @Override public void skip() throws IOException {
        long left = length;
        do {
            long received = wire.receive(header, 0, header.byteSize(), MessageFlags.TRUNC, true);
            if (received <= 0) {
                throw new ProtocolException("the peer disconnected in the middle of a message");
            }
            left -= received;
        } while (left > 0);
    }
}
