package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.hexfuse.abi.Errno;

/**
 * The hot calls. Each returns the result of the system call, or the negated errno: {@code -EBADF} for a closed descriptor,
 * {@code -EINTR} if interrupted by a signal. They throw no system error and allocate nothing. Memory is native; {@code length}
 * is in bytes and at most the size of the segment.
 */
public final class Syscalls {
    private static final MethodHandle READ = Libc.find("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITE = Libc.find("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle PREAD = Libc.find("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PWRITE = Libc.find("pwrite", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle READV = Libc.find("readv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle WRITEV = Libc.find("writev", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SEND = Libc.find("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle RECV = Libc.find("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

    private static final long CLOSED = -Errno.EBADF.code();

    private Syscalls() {}

    /** {@code read(2)}. */
    public static long read(Fd fd, MemorySegment memory, long length) {
        check(memory, length);
        int number = fd.acquire();
        if (number < 0) {
            return CLOSED;
        }
        try {
            MemorySegment state = Libc.state();
            return Libc.result((long) READ.invokeExact(state, number, memory, length), state);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            fd.release();
        }
    }

    /** {@code write(2)}. On a socket without a peer {@code -EPIPE}; the JVM ignores the signal. */
    public static long write(Fd fd, MemorySegment memory, long length) {
        check(memory, length);
        int number = fd.acquire();
        if (number < 0) {
            return CLOSED;
        }
        try {
            MemorySegment state = Libc.state();
            return Libc.result((long) WRITE.invokeExact(state, number, memory, length), state);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            fd.release();
        }
    }

    /** {@code pread(2)}: reads from {@code offset} of the file. */
    public static long pread(Fd fd, MemorySegment memory, long length, long offset) {
        check(memory, length);
        int number = fd.acquire();
        if (number < 0) {
            return CLOSED;
        }
        try {
            MemorySegment state = Libc.state();
            return Libc.result((long) PREAD.invokeExact(state, number, memory, length, offset), state);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            fd.release();
        }
    }

    /** {@code pwrite(2)}: writes to {@code offset} of the file. */
    public static long pwrite(Fd fd, MemorySegment memory, long length, long offset) {
        check(memory, length);
        int number = fd.acquire();
        if (number < 0) {
            return CLOSED;
        }
        try {
            MemorySegment state = Libc.state();
            return Libc.result((long) PWRITE.invokeExact(state, number, memory, length, offset), state);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            fd.release();
        }
    }

    /** {@code readv(2)}: reads into all pieces. */
    public static long readv(Fd fd, IoVector pieces) {
        int number = fd.acquire();
        if (number < 0) {
            return CLOSED;
        }
        try {
            MemorySegment state = Libc.state();
            return Libc.result((long) READV.invokeExact(state, number, pieces.memory(), pieces.count()), state);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            fd.release();
        }
    }

    /** {@code writev(2)}: writes all pieces at once. */
    public static long writev(Fd fd, IoVector pieces) {
        int number = fd.acquire();
        if (number < 0) {
            return CLOSED;
        }
        try {
            MemorySegment state = Libc.state();
            return Libc.result((long) WRITEV.invokeExact(state, number, pieces.memory(), pieces.count()), state);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            fd.release();
        }
    }

    /** {@code send(2)}, with {@link MessageFlags}. */
    public static long send(Fd socket, MemorySegment memory, long length, int flags) {
        check(memory, length);
        int number = socket.acquire();
        if (number < 0) {
            return CLOSED;
        }
        try {
            MemorySegment state = Libc.state();
            return Libc.result(
                    (long) SEND.invokeExact(state, number, memory, length, flags | MessageFlags.NOSIGNAL), state);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            socket.release();
        }
    }

    /** {@code recv(2)}, with {@link MessageFlags}. */
    public static long recv(Fd socket, MemorySegment memory, long length, int flags) {
        check(memory, length);
        int number = socket.acquire();
        if (number < 0) {
            return CLOSED;
        }
        try {
            MemorySegment state = Libc.state();
            return Libc.result((long) RECV.invokeExact(state, number, memory, length, flags), state);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        } finally {
            socket.release();
        }
    }

    private static void check(MemorySegment memory, long length) {
        if (length < 0 || length > memory.byteSize()) {
            throw new IndexOutOfBoundsException(length + " bytes of " + memory.byteSize());
        }
    }
}
