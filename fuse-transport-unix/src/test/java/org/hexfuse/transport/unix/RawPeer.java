package org.hexfuse.transport.unix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.abi.Protocol;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.libc.Syscalls;

/** A peer that sends and receives raw bytes, as a test wants. */
final class RawPeer implements AutoCloseable {
    static final long NOBODY = 1L << 40;
    private static final int MOST = 2 << 20;

    final Fd fd;
    private final MemorySegment memory = Arena.ofAuto().allocate(MOST, 8);
    private final SocketType type;

    private RawPeer(Fd fd, SocketType type) {
        this.fd = fd;
        this.type = type;
    }

    static RawPeer connect(SocketType type, Path path) throws IOException {
        Fd fd = Sockets.socket(type);
        Sockets.connect(fd, path.toString());
        return new RawPeer(fd, type);
    }

    /** Listens for one connection. */
    static Fd listen(SocketType type, Path path) throws IOException {
        Files.deleteIfExists(path);
        Fd fd = Sockets.socket(type);
        Sockets.bind(fd, path.toString());
        Sockets.listen(fd, 1);
        return fd;
    }

    static RawPeer accept(SocketType type, Fd listening) throws IOException {
        return new RawPeer(Sockets.accept(listening), type);
    }

    void send(byte[] bytes) throws IOException {
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
        for (long done = 0; done < bytes.length;) {
            long n = Syscalls.send(fd, memory.asSlice(done), bytes.length - done, 0);
            if (n < 0) {
                throw new IOException("send: " + n);
            }
            done += n;
        }
    }

    /** The next whole request, header included. */
    byte[] request() throws IOException {
        return message(InHeader.SIZE);
    }

    /** The next whole reply, header included. */
    byte[] reply() throws IOException {
        return message(OutHeader.SIZE);
    }

    private byte[] message(int headerSize) throws IOException {
        if (type == SocketType.SEQPACKET) {
            long n = Syscalls.recv(fd, memory, MOST, 0);
            return memory.asSlice(0, n).toArray(JAVA_BYTE);
        }
        fill(0, headerSize);
        int length = InHeader.LEN.get(memory);
        fill(headerSize, length);
        return memory.asSlice(0, length).toArray(JAVA_BYTE);
    }

    private void fill(long from, long to) throws IOException {
        for (long at = from; at < to;) {
            long n = Syscalls.recv(fd, memory.asSlice(at), to - at, 0);
            if (n <= 0) {
                throw new IOException("receive: " + n);
            }
            at += n;
        }
    }

    /** Blocks until the peer closes; returns whether it did. */
    boolean seesTheEnd() {
        long n = Syscalls.recv(fd, memory, MOST, 0);
        while (n > 0) {
            n = Syscalls.recv(fd, memory, MOST, 0);
        }
        return true;
    }

    /** Answers INIT with limits of {@code payload} bytes. */
    void answerInit(int payload) throws IOException {
        send(reply(unique(request()), 0, initOut(payload)));
    }

    static byte[] initOut(int payload) {
        byte[] body = new byte[InitOut.SIZE];
        MemorySegment out = MemorySegment.ofArray(body);
        InitOut.MAJOR.set(out, Protocol.MAJOR);
        InitOut.MINOR.set(out, Protocol.MINOR);
        InitOut.FLAGS.set(out, (int) (InitFlag.BIG_WRITES.mask()
                | InitFlag.MAX_PAGES.mask()));
        InitOut.MAX_WRITE.set(out, payload);
        InitOut.MAX_PAGES.set(out, (short) (payload / 4096));
        InitOut.MAX_BACKGROUND.set(out, (short) 64);
        return body;
    }

    static long unique(byte[] request) {
        return InHeader.UNIQUE.get(MemorySegment.ofArray(request));
    }

    static int opcode(byte[] request) {
        return InHeader.OPCODE.get(MemorySegment.ofArray(request));
    }

    static byte[] reply(long unique, int error, byte[] body) {
        return reply(OutHeader.SIZE + body.length, unique, error, body);
    }

    static byte[] reply(long announced, long unique, int error, byte[] body) {
        byte[] message = new byte[OutHeader.SIZE + body.length];
        MemorySegment memory = MemorySegment.ofArray(message);
        OutHeader.LEN.set(memory, (int) announced);
        OutHeader.ERROR.set(memory, error);
        OutHeader.UNIQUE.set(memory, unique);
        System.arraycopy(body, 0, message, OutHeader.SIZE, body.length);
        return message;
    }

    static byte[] request(int opcode, long unique, byte[] body) {
        return request(InHeader.SIZE + body.length, opcode, unique, body);
    }

    static byte[] request(long announced, int opcode, long unique, byte[] body) {
        byte[] message = new byte[InHeader.SIZE + body.length];
        MemorySegment memory = MemorySegment.ofArray(message);
        InHeader.LEN.set(memory, (int) announced);
        InHeader.OPCODE.set(memory, opcode);
        InHeader.UNIQUE.set(memory, unique);
        System.arraycopy(body, 0, message, InHeader.SIZE, body.length);
        return message;
    }

    @Override public void close() {
        fd.close();
    }
}
