package org.hexfuse.drills;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.AttrOut;
import org.hexfuse.abi.Dirent;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitIn;
import org.hexfuse.abi.InitOut;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.Struct;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.MessageFlags;
import org.hexfuse.libc.SocketType;
import org.hexfuse.libc.Sockets;
import org.hexfuse.libc.Syscalls;

/** One connection of a server that means harm: reads requests and replies as an {@link Attack} has it. */
final class HostileServer implements AutoCloseable {
    private static final int LARGEST = 2 << 20;
    private static final int PAGE = 4096;
    private static final int MODES = 0170000;
    private static final int[] TYPES = {0040000, 0100000, 0120000, 0010000, 0020000, 0060000, 0140000, 0};

    private final SocketType type;
    private final Fd socket;
    private final Random random;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment request = arena.allocate(LARGEST, 8);
    private final MemorySegment reply = arena.allocate(LARGEST, 8);

    HostileServer(SocketType type, Fd socket, Random random) {
        this.type = type;
        this.socket = socket;
        this.random = random;
    }

    /** What it does with each request after INIT, which all but the first three kinds answer well. */
    enum Attack {
        /** Bytes without sense. */
        GARBAGE {
            @Override void answer(HostileServer server) throws IOException {
                server.send(server.randomBody(server.random.nextInt(1, 5000)));
            }
        },
        /** Headers whose length is none. */
        LENGTHS {
            @Override void answer(HostileServer server) throws IOException {
                int[] lengths = {0, 15, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 30};
                server.header(server.unique(), 0, 40);
                OutHeader.LEN.set(server.reply, lengths[server.random.nextInt(lengths.length)]);
                server.send(40);
            }
        },
        /** Accepts, and disconnects in the middle of what it says. */
        CHURN {
            @Override void answer(HostileServer server) throws IOException {
                server.header(server.unique(), 0, 200);
                server.send(server.random.nextInt(1, 200));
                throw new IOException("that is all");
            }
        },
        /** Reads and never replies. */
        SILENCE {
            @Override void answer(HostileServer server) {
                // Nothing.
            }
        },
        /** Errors that are none, ids that nobody waits for, replies twice. */
        ERRORS {
            @Override void answer(HostileServer server) throws IOException {
                long[] uniques = {server.unique(), server.unique(), server.unique() | 1, server.random.nextLong(), 2};
                int[] errors = {-2, -511, -512, 1, Integer.MIN_VALUE, -38, -11};
                long unique = uniques[server.random.nextInt(uniques.length)];
                for (int i = server.random.nextInt(3); i >= 0; i--) {
                    server.header(unique, errors[server.random.nextInt(errors.length)], OutHeader.SIZE);
                    server.send(OutHeader.SIZE);
                }
            }
        },
        /** Replies of any size and content. */
        SIZES {
            @Override void answer(HostileServer server) throws IOException {
                int length = server.randomBody(OutHeader.SIZE + server.random.nextInt(300));
                server.header(server.unique(), 0, Math.max(OutHeader.SIZE, length));
                server.send(Math.max(OutHeader.SIZE, length));
            }
        },
        /** Replies of the right size whose fields are what a filesystem could have, and could not. */
        FIELDS {
            @Override void answer(HostileServer server) throws IOException {
                server.plausible();
            }
        },
        /** As FIELDS, with a flood of notifications between. */
        NOTIFICATIONS {
            @Override void answer(HostileServer server) throws IOException {
                for (int i = server.random.nextInt(8); i > 0; i--) {
                    server.notification();
                }
                server.plausible();
            }
        };

        abstract void answer(HostileServer server) throws IOException;
    }

    /** Serves until the peer has gone or the attack has ended the connection. */
    void serve(Attack attack) throws IOException {
        while (receive()) {
            Opcode opcode = Opcode.byCode(InHeader.OPCODE.get(request));
            boolean meansWell = attack.compareTo(Attack.CHURN) > 0;
            if (opcode == Opcode.INIT && meansWell) {
                init();
            } else if (opcode == null || opcode.expectsReply() || !meansWell) {
                attack.answer(this);
            }
        }
    }

    private boolean receive() throws IOException {
        if (type == SocketType.SEQPACKET) {
            return Syscalls.recv(socket, request, LARGEST, 0) >= InHeader.SIZE;
        }
        if (Syscalls.recv(socket, request, InHeader.SIZE, MessageFlags.WAITALL) != InHeader.SIZE) {
            return false;
        }
        long rest = InHeader.LEN.getUnsigned(request, 0) - InHeader.SIZE;
        return rest <= 0
                || Syscalls.recv(socket, request.asSlice(InHeader.SIZE), rest, MessageFlags.WAITALL) == rest;
    }

    private long unique() {
        return InHeader.UNIQUE.get(request);
    }

    private void header(long unique, int error, int length) {
        OutHeader.LEN.set(reply, length);
        OutHeader.ERROR.set(reply, error);
        OutHeader.UNIQUE.set(reply, unique);
    }

    private void send(int length) throws IOException {
        for (long sent = 0; sent < length;) {
            long n = Syscalls.send(socket, reply.asSlice(sent), length - sent, 0);
            if (n <= 0) {
                throw new IOException("send: " + n);
            }
            sent += n;
        }
    }

    private int randomBody(int length) {
        for (int i = 0; i < length; i++) {
            reply.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
        return length;
    }

    /** Settles a random choice of what was offered. */
    private void init() throws IOException {
        reply.asSlice(0, OutHeader.SIZE + InitOut.SIZE).fill((byte) 0);
        header(unique(), 0, OutHeader.SIZE + InitOut.SIZE);
        MemorySegment body = reply.asSlice(OutHeader.SIZE);
        InitOut.MAJOR.set(body, Protocol.MAJOR);
        InitOut.MINOR.set(body, random.nextBoolean() ? Protocol.MINOR : random.nextInt(9, 60));
        InitOut.FLAGS.set(body, InitIn.FLAGS.get(request, InHeader.SIZE) & (random.nextInt() | 1 << 30));
        InitOut.FLAGS2.set(body, InitIn.FLAGS2.get(request, InHeader.SIZE) & random.nextInt());
        InitOut.MAX_WRITE.set(body, random.nextBoolean() ? 128 * 1024 : random.nextInt());
        InitOut.MAX_BACKGROUND.set(body, (short) random.nextInt());
        InitOut.MAX_PAGES.set(body, (short) random.nextInt());
        InitOut.TIME_GRAN.set(body, random.nextInt());
        send(OutHeader.SIZE + InitOut.SIZE);
    }

    private void plausible() throws IOException {
        Opcode opcode = Opcode.byCode(InHeader.OPCODE.get(request));
        if (opcode == null || random.nextInt(8) == 0) {
            header(unique(), -random.nextInt(1, 100), OutHeader.SIZE);
            send(OutHeader.SIZE);
            return;
        }
        int size = opcode.replySize(Protocol.MINOR);
        int length = randomBody(OutHeader.SIZE + size);
        MemorySegment body = reply.asSlice(OutHeader.SIZE);
        if (opcode.replyStructs().contains(EntryOut.STRUCT)) {
            EntryOut.NODEID.set(body, random.nextInt(10) == 0 ? random.nextLong() : random.nextInt(20));
            EntryOut.GENERATION.set(body, random.nextInt(2));
            attributes(body.asSlice(EntryOut.ATTR.offset()));
        } else if (opcode.replyStructs().contains(AttrOut.STRUCT)) {
            attributes(body.asSlice(AttrOut.ATTR.offset()));
        }
        if (opcode == Opcode.READDIR || opcode == Opcode.READDIRPLUS) {
            length += entries(body, opcode == Opcode.READDIRPLUS);
        } else if (opcode.replyVariable()) {
            long asked = opcode == Opcode.READ ? ReadIn.SIZE_FIELD.getUnsigned(request, InHeader.SIZE) : 5000;
            length += (int) Math.min(random.nextLong(asked + 2), LARGEST - length);
        }
        header(unique(), 0, length);
        send(length);
    }

    private void attributes(MemorySegment attributes) {
        if (random.nextInt(10) > 0) {
            AttrData.MODE.set(attributes, (AttrData.MODE.get(attributes) & ~MODES & 0177777)
                    | TYPES[Math.min(random.nextInt(TYPES.length), random.nextInt(TYPES.length))]);
            AttrData.SIZE_FIELD.set(attributes, random.nextInt(1 << 20));
        }
    }

    /** Entries whose names, lengths and offsets may be anything. Returns their bytes. */
    private int entries(MemorySegment body, boolean plus) {
        int size = 0;
        long room = Math.min(ReadIn.SIZE_FIELD.getUnsigned(request, InHeader.SIZE), PAGE);
        for (int i = random.nextInt(6); i > 0; i--) {
            int name = random.nextInt(1, 20);
            int before = plus ? EntryOut.SIZE : 0;
            int record = before + Dirent.recordSize(name);
            if (size + record > room) {
                break;
            }
            MemorySegment entry = body.asSlice(size, record);
            for (int b = 0; b < record; b++) {
                entry.set(ValueLayout.JAVA_BYTE, b, (byte) (random.nextInt(20) == 0 ? random.nextInt() : 'a' + b % 6));
            }
            if (plus) {
                EntryOut.NODEID.set(entry, random.nextInt(20));
                attributes(entry.asSlice(EntryOut.ATTR.offset()));
            }
            Dirent.NAMELEN.set(entry, before, random.nextInt(30) == 0 ? random.nextInt() : name);
            Dirent.OFF.set(entry, before, random.nextInt(5) == 0 ? random.nextLong() : i);
            size += record;
        }
        return size;
    }

    private void notification() throws IOException {
        NotifyCode[] codes = NotifyCode.values();
        NotifyCode code = codes[random.nextInt(codes.length)];
        int extra = random.nextBoolean() ? 0 : random.nextInt(40);
        int length = OutHeader.SIZE + code.struct().map(Struct::size).orElse(0) + extra;
        randomBody(length);
        if (random.nextInt(4) > 0) {
            for (int i = OutHeader.SIZE; i + 8 <= length; i += 8) {
                reply.set(ValueLayout.JAVA_LONG_UNALIGNED, i, random.nextInt(20));
            }
        }
        header(0, code.code(), length);
        send(length);
    }

    @Override public void close() {
        try {
            Sockets.shutdown(socket);
        } catch (IOException _) {
            // The peer was faster.
        }
        socket.close();
        arena.close();
    }
}
