package org.hexfuse.transport.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import org.hexfuse.libc.Fd;

/**
 * The first message of a handover, from the predecessor: {@link #MAGIC}, a version, whether the peer may take over, the length of the
 * mount point and the mount point. The device comes with it, and then the socket of {@code fusermount3} if there is one.
 */
final class HandoverGreeting {
    /** "HEXFUSE" and a NUL, big-endian. */
    static final long MAGIC = 0x4845584655534500L;
    static final int VERSION = 1;
    private static final int ALLOWED = 0;
    private static final int FORBIDDEN = 1;
    /** PATH_MAX. */
    private static final int LONGEST_POINT = 4096;

    private HandoverGreeting() {}

    /** What a successor receives. The caller owns the descriptors. */
    record Received(String point, Fd device, Optional<Fd> guard) {}

    /** Passes a mount to a peer that may have it. */
    static void send(LinuxHandoverStream stream, KernelMount mount) throws IOException {
        Fd[] passed = mount.guardSocket().map(guard -> new Fd[]{mount.device(), guard})
                .orElseGet(() -> new Fd[]{mount.device()});
        stream.send(message(ALLOWED, mount.point()), passed);
    }

    static void refuse(LinuxHandoverStream stream) throws IOException {
        stream.send(message(FORBIDDEN, ""));
    }

    private static byte[] message(int status, String point) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        byte[] name = point.getBytes(UTF_8);
        out.writeLong(MAGIC);
        out.writeByte(VERSION);
        out.writeByte(status);
        out.writeShort(name.length);
        out.write(name);
        return bytes.toByteArray();
    }

    /**
     * Receives a mount.
     *
     * @throws IOException if the peer is no predecessor, or refuses; the message is one line
     */
    static Received receive(LinuxHandoverStream stream) throws IOException {
        var in = new DataInputStream(stream.input());
        try {
            if (in.readLong() != MAGIC) {
                throw new IOException("process " + stream.peer() + " listens there and is no hexfuse");
            }
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IOException("process " + stream.peer() + " hands over by version " + version
                        + " of the protocol, and this is version " + VERSION);
            }
            if (in.readUnsignedByte() != ALLOWED) {
                throw new IOException("process " + stream.peer() + " belongs to another user, who alone or root may "
                        + "take its mount over");
            }
            int length = in.readUnsignedShort();
            if (length > LONGEST_POINT) {
                throw new IOException("process " + stream.peer() + " sent a mount point of " + length + " bytes");
            }
            byte[] point = new byte[LONGEST_POINT];
            in.readFully(point, 0, length);
            Fd device = stream.takeDescriptor().orElseThrow(
                    () -> new IOException("process " + stream.peer() + " passed no descriptor of the mount"));
            return new Received(new String(point, 0, length, UTF_8), device, stream.takeDescriptor());
        } catch (EOFException e) {
            throw new IOException("process " + stream.peer() + " has closed the connection", e);
        }
    }
}
