package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.hexfuse.abi.Errno;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.posix.ReferenceCount;

/**
 * Owns a file descriptor.
 *
 * <p>Closing is safe against calls in other threads: the descriptor is closed when the last call that uses it has returned,
 * so its number is not reused while a call is in flight. After {@link #close} new calls fail with {@code EBADF}. Closing does
 * <em>not</em> wake a blocked call: a socket is shut down first, other threads are woken by {@link ThreadWaker}.
 */
public final class Fd implements AutoCloseable {
    private static final MethodHandle OPEN = Libc.findVariadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = Libc.find("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle PIPE2 = Libc.find("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle EVENTFD = Libc.find("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle FCNTL = Libc.findVariadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle IOCTL = Libc.findVariadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFD = 1;
    private static final int F_SETFD = 2;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int FD_CLOEXEC = 1;

    private final int number;
    private final ReferenceCount calls = new ReferenceCount(this::closeNow);

    private Fd(int number) {
        this.number = number;
    }

    /** A cold call on a descriptor, with the errno buffer and the number as first arguments. */
    @FunctionalInterface interface Call {
        long invoke(MemorySegment state, int number) throws Throwable;
    }

    /** The two ends of a pipe. */
    public record Pipe(Fd reader, Fd writer) implements AutoCloseable {
        @Override public void close() {
            reader.close();
            writer.close();
        }
    }

    /** Takes ownership of descriptor {@code number}. */
    public static Fd of(int number) {
        if (number < 0) {
            throw new IllegalArgumentException(number + " is no descriptor");
        }
        return new Fd(number);
    }

    /**
     * Takes ownership of the inherited descriptor {@code number} and sets close-on-exec.
     *
     * @throws LibcException EBADF if there is no such descriptor
     */
    public static Fd inherited(int number) throws LibcException {
        Fd fd = of(number);
        long flags = fd.fcntl("fcntl " + number, F_GETFD, 0);
        fd.fcntl("fcntl " + number, F_SETFD, flags | FD_CLOEXEC);
        return fd;
    }

    /** Opens an existing file; see {@link OpenFlags}. */
    public static Fd open(String path, int flags) throws LibcException {
        return open(path, flags, 0);
    }

    /** Opens a file, or creates one with {@code mode} less the umask; see {@link OpenFlags}. */
    public static Fd open(String path, int flags, int mode) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            return open(arena.allocateFrom(path), "open " + path, flags, mode);
        }
    }

    /** As {@link #open(String, int, int)}, for a path of any bytes. */
    public static Fd open(NativePath path, int flags, int mode) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            return open(path.in(arena), "open " + path, flags, mode);
        }
    }

    static Fd open(MemorySegment path, String what, int flags, int mode) throws LibcException {
        return of((int) Libc.call(what,
                s -> (int) OPEN.invokeExact(s, path, flags | OpenFlags.CLOEXEC, mode)));
    }

    /** Makes a pipe. */
    public static Pipe pipe() throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            Libc.call("pipe", s -> (int) PIPE2.invokeExact(s, ends, OpenFlags.CLOEXEC));
            return new Pipe(of(ends.getAtIndex(JAVA_INT, 0)), of(ends.getAtIndex(JAVA_INT, 1)));
        }
    }

    /** Makes an event counter of value 0; reads and writes are of 8 bytes. */
    public static Fd eventfd() throws LibcException {
        return of((int) Libc.call("eventfd", s -> (int) EVENTFD.invokeExact(s, 0, OpenFlags.CLOEXEC)));
    }

    /** Duplicates the descriptor: the same open file. */
    public Fd duplicate() throws LibcException {
        return of((int) fcntl("dup " + number, F_DUPFD_CLOEXEC, 0));
    }

    /** Sets or clears O_NONBLOCK on the open file. */
    public void nonblocking(boolean on) throws LibcException {
        long flags = fcntl("fcntl " + number, F_GETFL, 0);
        fcntl("fcntl " + number, F_SETFL, on ? flags | OpenFlags.NONBLOCK : flags & ~(long) OpenFlags.NONBLOCK);
    }

    /** An ioctl whose argument is memory; {@code request} is unsigned. */
    public int ioctl(int request, MemorySegment argument) throws LibcException {
        return (int) call("ioctl 0x" + Integer.toHexString(request),
                (s, held) -> (int) IOCTL.invokeExact(s, held, Integer.toUnsignedLong(request), argument));
    }

    /** An ioctl whose argument is a pointer to an {@code int}; {@code request} is unsigned. */
    public int ioctl(int request, int argument) throws LibcException {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(request, arena.allocateFrom(JAVA_INT, argument));
        }
    }

    /**
     * The number of the descriptor, for a mount option or an argument of a child.
     *
     * @throws IllegalStateException if it is closed
     */
    public int value() {
        if (isClosed()) {
            throw new IllegalStateException("descriptor " + number + " is closed");
        }
        return number;
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() { return calls.isClosed(); }

    /** Closes the descriptor, now or when the calls in flight have returned. Closing again does nothing. */
    @Override public void close() {
        calls.close();
    }

    @Override public String toString() {
        return isClosed() ? "fd " + number + " (closed)" : "fd " + number;
    }

    /** Begins a call: the descriptor's number, valid until {@link #release}; -1 if the descriptor is closed. */
    int acquire() {
        return calls.acquire() ? number : -1;
    }

    int acquireOrThrow(String what) throws LibcException {
        int held = acquire();
        if (held < 0) {
            throw LibcException.of(what, Errno.EBADF);
        }
        return held;
    }

    /** Ends a call that {@link #acquire} began. */
    void release() {
        calls.release();
    }

    /** A call on this descriptor: the value, or the negated errno; EBADF if it is closed. */
    long attempt(Call call) {
        int held = acquire();
        if (held < 0) {
            return -Errno.EBADF.code();
        }
        try {
            MemorySegment state = Libc.state();
            return Libc.result(call.invoke(state, held), state);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            release();
        }
    }

    /** Makes a cold call; {@code what} is its name. */
    long call(String what, Call call) throws LibcException {
        int held = acquireOrThrow(what);
        try {
            return Libc.call(what, s -> call.invoke(s, held));
        } finally {
            release();
        }
    }

    /** Linux frees the number even if close fails, so its result is ignored. */
    private void closeNow() {
        Libc.certain(s -> (int) CLOSE.invokeExact(s, number));
    }

    private long fcntl(String what, int command, long argument) throws LibcException {
        return call(what, (s, held) -> (int) FCNTL.invokeExact(s, held, command, argument));
    }
}
