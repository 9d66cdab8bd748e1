package org.hexfuse.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Wakes a platform thread from a blocking system call, by a signal without another effect.
 *
 * {@snippet :
 * try (var waker = ThreadWaker.register()) {       // on the blocking thread; another one calls wake()
 *     while (waker.enter()) {
 *         long n = Syscalls.read(fd, memory, length);
 *         waker.leave();
 *         handle(n);                               // -EINTR: loop; enter() decides whether to go on
 *     }
 * }
 * }
 *
 * <p>A signal that arrives just before the call blocks is lost, so it is repeated until the thread has left the call. It is
 * sent only while the thread is between {@link #enter} and {@link #leave}, so no other call is interrupted.
 *
 * <p>The signal is a real-time signal without a handler in this process; its handler becomes {@code abs(3)}, which has no
 * effect.
 */
public final class ThreadWaker implements AutoCloseable {
    private static final MethodHandle SYSCALL = Libc.findVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT,
            JAVA_INT, JAVA_INT);
    private static final MethodHandle SIGRTMAX = Libc.find("__libc_current_sigrtmax", JAVA_INT);
    private static final MethodHandle SIGRTMIN = Libc.find("__libc_current_sigrtmin", JAVA_INT);
    private static final MethodHandle SIGACTION = Libc.find("sigaction", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    /** {@code struct sigaction}: the handler, a mask of 128 bytes, flags, a restorer. */
    private static final int SIGACTION_SIZE = 152;
    /** {@code java.nio} uses SIGRTMAX - 2 for its own threads. */
    private static final int BELOW_MAX = 4;
    private static final int SIGNAL = install();

    private static final long FIRST_PAUSE = 20_000;
    private static final long LONGEST_PAUSE = 5_000_000;

    private static final int OUTSIDE = 0;
    private static final int BLOCKING = 1;
    /** A waker is sending: the thread spins in {@link #leave}, so that no signal reaches it later. */
    private static final int SIGNALLED = 2;

    private final int process = ProcessIds.pid();
    private final int thread;
    private final AtomicInteger state = new AtomicInteger();
    private volatile boolean woken;

    private ThreadWaker(int thread) {
        this.thread = thread;
    }

    /** A waker of the calling thread, which must be a platform thread. */
    public static ThreadWaker register() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("a virtual thread cannot be woken by a signal");
        }
        return new ThreadWaker(ProcessIds.tid());
    }

    /**
     * Called by the thread before it blocks.
     *
     * @return whether it may block; false once it was woken, and then {@link #leave} is not called
     */
    public boolean enter() {
        state.set(BLOCKING);
        if (woken) {
            leave();
            return false;
        }
        return true;
    }

    /** Called by the thread after its call has returned. */
    public void leave() {
        while (!state.compareAndSet(BLOCKING, OUTSIDE)) {
            Thread.onSpinWait();
        }
    }

    /** Whether {@link #wake} was called. */
    public boolean woken() {
        return woken;
    }

    /**
     * Wakes the thread, and makes {@link #enter} return false from now on. Any thread may call it, that thread included.
     *
     * @param timeout how long to wait until it has left the call
     * @return whether it is outside of a call
     */
    public boolean wake(Duration timeout) {
        woken = true;
        long deadline = System.nanoTime() + timeout.toNanos();
        long pause = FIRST_PAUSE;
        while (state.get() != OUTSIDE) {
            if (state.compareAndSet(BLOCKING, SIGNALLED)) {
                send();
                state.set(BLOCKING);
            }
            if (System.nanoTime() - deadline >= 0) {
                return state.get() == OUTSIDE;
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE);
        }
        return true;
    }

    /** Called by the thread when it will not block again, outside of {@link #enter} and {@link #leave}. */
    @Override public void close() {
        woken = true;
    }

    private void send() {
        Libc.certain(
                s -> (long) SYSCALL.invokeExact(s, (long) SystemCallNumbers.current().tgkill(), process, thread,
                        SIGNAL));
    }

    /** Installs the handler for the highest free signal, without SA_RESTART, so that the call returns EINTR. */
    private static int install() {
        int lowest = (int) Libc.certain(s -> (int) SIGRTMIN.invokeExact(s));
        int highest = (int) Libc.certain(s -> (int) SIGRTMAX.invokeExact(s)) - BELOW_MAX;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocate(SIGACTION_SIZE, 8);
            action.set(ADDRESS, 0, Libc.address("abs"));
            MemorySegment present = arena.allocate(SIGACTION_SIZE, 8);
            for (int i = highest; i >= lowest; i--) {
                int signal = i;
                Libc.certain(s -> (int) SIGACTION.invokeExact(s, signal, MemorySegment.NULL, present));
                if (present.get(JAVA_LONG, 0) == 0) {
                    Libc.certain(s -> (int) SIGACTION.invokeExact(s, signal, action, MemorySegment.NULL));
                    return signal;
                }
            }
        }
        throw new IllegalStateException("all real-time signals have handlers");
    }
}
