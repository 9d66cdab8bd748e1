package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import org.hexfuse.abi.Errno;

/**
 * Local sockets, {@code unix(7)}. A path that starts with the character 0 is an abstract name. A path has at most
 * {@value #MAX_PATH} bytes of UTF-8; a longer one is ENAMETOOLONG.
 */
public final class Sockets {
    /** The longest path, in bytes. */
    public static final int MAX_PATH = 107;

    private static final MethodHandle SOCKET = Libc.find("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SOCKETPAIR = Libc.find("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
            ADDRESS);
    private static final MethodHandle BIND = Libc.find("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CONNECT = Libc.find("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle LISTEN = Libc.find("listen", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle ACCEPT4 = Libc.find("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle SHUTDOWN = Libc.find("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle GETSOCKOPT = Libc.find("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
            ADDRESS, ADDRESS);
    private static final MethodHandle SETSOCKOPT = Libc.find("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
            ADDRESS, JAVA_INT);

    private static final int AF_UNIX = 1;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SO_SNDTIMEO = 21;
    private static final int SHUT_RDWR = 2;
    private static final int PATH_OFFSET = 2;

    private Sockets() {}

    /** A pair of connected sockets. */
    public record Pair(Fd first, Fd second) implements AutoCloseable {
        @Override public void close() {
            first.close();
            second.close();
        }
    }

    /** {@code socket(2)}. */
    public static Fd socket(SocketType type) throws LibcException {
        return Fd.of((int) Libc.call("socket",
                s -> (int) SOCKET.invokeExact(s, AF_UNIX, type.code() | SOCK_CLOEXEC, 0)));
    }

    /** {@code socketpair(2)}. */
    public static Pair pair(SocketType type) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            Libc.call("socketpair",
                    s -> (int) SOCKETPAIR.invokeExact(s, AF_UNIX, type.code() | SOCK_CLOEXEC, 0, ends));
            return new Pair(Fd.of(ends.getAtIndex(JAVA_INT, 0)), Fd.of(ends.getAtIndex(JAVA_INT, 1)));
        }
    }

    /** {@code bind(2)}: creates the file {@code path}. */
    public static void bind(Fd socket, String path) throws LibcException {
        withAddress("bind " + printed(path), BIND, socket, path);
    }

    /**
     * {@code connect(2)}. Blocks while the listener's backlog is full, as long as {@link #sendTimeout} allows; then EAGAIN.
     */
    public static void connect(Fd socket, String path) throws LibcException {
        withAddress("connect " + printed(path), CONNECT, socket, path);
    }

    /** {@code listen(2)}. */
    public static void listen(Fd socket, int backlog) throws LibcException {
        call("listen", socket, (s, fd) -> (int) LISTEN.invokeExact(s, fd, backlog));
    }

    /** {@code accept(2)}: blocks until the next connection. {@link #shutdown} wakes it with EINVAL. */
    public static Fd accept(Fd socket) throws LibcException {
        return Fd.of((int) call("accept", socket,
                (s, fd) -> (int) ACCEPT4.invokeExact(s, fd, MemorySegment.NULL, MemorySegment.NULL, SOCK_CLOEXEC)));
    }

    /** {@code shutdown(2)} in both directions: wakes every thread that is blocked on the socket, at both ends. */
    public static void shutdown(Fd socket) throws LibcException {
        call("shutdown", socket, (s, fd) -> (int) SHUTDOWN.invokeExact(s, fd, SHUT_RDWR));
    }

    /** Reads an option. */
    public static int option(Fd socket, SocketOption option) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            getOption(socket, "getsockopt " + option, option.code(), value, arena);
            return value.get(JAVA_INT, 0);
        }
    }

    /** Sets an option. */
    public static void option(Fd socket, SocketOption option, int value) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(JAVA_INT, value);
            call("setsockopt " + option, socket,
                    (s, fd) -> (int) SETSOCKOPT.invokeExact(s, fd, SOL_SOCKET, option.code(), memory, 4));
        }
    }

    /** Bounds how long sending and connecting may block; zero for no bound. */
    public static void sendTimeout(Fd socket, Duration timeout) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeval = arena.allocateFrom(JAVA_LONG, timeout.toSeconds(), timeout.toNanosPart() / 1000);
            call("setsockopt SO_SNDTIMEO", socket, (s, fd) -> (int) SETSOCKOPT.invokeExact(s, fd, SOL_SOCKET,
                    SO_SNDTIMEO, timeval, (int) timeval.byteSize()));
        }
    }

    /** The credentials of the peer. */
    public static PeerCredentials peer(Fd socket) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ucred = arena.allocate(JAVA_INT, 3);
            getOption(socket, "getsockopt SO_PEERCRED", SO_PEERCRED, ucred, arena);
            return new PeerCredentials(ucred.getAtIndex(JAVA_INT, 0), ucred.getAtIndex(JAVA_INT, 1),
                    ucred.getAtIndex(JAVA_INT, 2));
        }
    }

    private static void getOption(Fd socket, String what, int option, MemorySegment value, Arena arena)
            throws LibcException {
        MemorySegment length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
        call(what, socket, (s, fd) -> (int) GETSOCKOPT.invokeExact(s, fd, SOL_SOCKET, option, value, length));
    }

    private static void withAddress(String what, MethodHandle function, Fd socket, String path) throws LibcException {
        byte[] bytes = path.getBytes(UTF_8);
        if (bytes.length > MAX_PATH) {
            throw LibcException.of(what, Errno.ENAMETOOLONG);
        }
        boolean isAbstract = bytes.length > 0 && bytes[0] == 0;
        try (Arena arena = Arena.ofConfined()) {
            int length = PATH_OFFSET + bytes.length + (isAbstract ? 0 : 1);
            MemorySegment address = arena.allocate(length, 2);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(bytes, 0, address, JAVA_BYTE, PATH_OFFSET, bytes.length);
            call(what, socket, (s, fd) -> (int) function.invokeExact(s, fd, address, length));
        }
    }

    private static String printed(String path) {
        return path.replace('\0', '@');
    }

    @FunctionalInterface private interface SocketCall {
        long invoke(MemorySegment state, int number) throws Throwable;
    }

    private static long call(String what, Fd socket, SocketCall call) throws LibcException {
        int number = socket.acquireOrThrow(what);
        try {
            return Libc.call(what, s -> call.invoke(s, number));
        } finally {
            socket.release();
        }
    }
}
