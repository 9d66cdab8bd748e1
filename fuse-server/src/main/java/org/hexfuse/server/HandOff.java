package org.hexfuse.server;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Opcode;

/**
 * Where requests run that may wait, so that the threads that read requests never do: one is always free to hear of an
 * interrupt. Counts what is being worked on, on whatever thread.
 */
final class HandOff {
    private static final int NATIVE_THREADS = 64;

    private final Blocking blocking;
    private final ExecutorService executor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition();
    private final AtomicLong inside = new AtomicLong();
    /** Whether somebody waits for {@link #quiet}. */
    private volatile boolean awaited;

    HandOff(Blocking blocking, String name) {
        this.blocking = blocking;
        this.executor = blocking == Blocking.IN_NATIVE_CODE
                ? Executors.newFixedThreadPool(NATIVE_THREADS,
                        Thread.ofPlatform().daemon(true).name(name + "-native-", 1).factory())
                : Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name + "-task-", 1).factory());
    }

    /** Whether requests of a kind run here and not on the thread that read them. */
    boolean takes(Opcode opcode) {
        if (opcode == Opcode.SETLKW) {
            return true;
        }
        return blocking != Blocking.NEVER && opcode != null && opcode != Opcode.INIT && opcode != Opcode.INTERRUPT
                && opcode != Opcode.DESTROY;
    }

    void run(Runnable task) {
        executor.execute(task);
    }

    void enter() {
        inside.incrementAndGet();
    }

    void leave() {
        if (inside.decrementAndGet() > 0 || !awaited) {
            return;
        }
        lock.lock();
        try {
            quiet.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing is being worked on. Returns false if that takes too long. */
    boolean awaitQuiet(Duration timeout) {
        boolean interrupted = false;
        long left = timeout.toNanos();
        long deadline = System.nanoTime() + left;
        awaited = true;
        lock.lock();
        try {
            while (inside.get() > 0 && left > 0) {
                try {
                    left = quiet.awaitNanos(left);
                } catch (InterruptedException _) {
                    interrupted = true;
                    left = deadline - System.nanoTime();
                }
            }
            return inside.get() == 0;
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the threads. Tasks that don't end are left to themselves. */
    void close() {
        executor.shutdownNow();
        try {
            executor.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
