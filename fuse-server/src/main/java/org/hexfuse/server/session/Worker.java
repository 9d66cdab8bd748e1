package org.hexfuse.server.session;

import java.util.concurrent.locks.LockSupport;

/**
 * One thread that reads requests and runs them, with what the others see of it. Methods are called by the thread itself unless they
 * say otherwise.
 */
final class Worker {
    /** Handlers that take longer on average, in nanoseconds, block: it pays to have another thread read meanwhile. */
    static final long SLOW = 50_000;
    private static final int WEIGHT = 16;
    /** The most that one request counts in the average: a single one makes a worker slow, and some quick ones quick again. */
    private static final long MOST = (WEIGHT + 1) * SLOW;

    /** The bytes of the budget that its slot takes; 0 before they are reserved. */
    private long reserved;
    private volatile Thread thread;
    /** The same as {@link #turn}, which only the thread itself changes. */
    private long turns;
    /** Counts the beginnings and ends of requests: odd while one runs. */
    private volatile long turn;
    private long begun;
    /** The average time that its requests took, of late. Written by others only while it is parked. */
    private long average = 2 * SLOW;
    /** The turn that the monitor saw last. */
    private long seen;
    private volatile boolean held;
    private volatile boolean parked;

    /** @param reserved the bytes of the budget that are reserved for it */
    Worker(long reserved) {
        this.reserved = reserved;
    }

    /** The thread has started. */
    void started() {
        thread = Thread.currentThread();
    }

    long reserved() {
        return reserved;
    }

    /** Called before the thread has anything to free. */
    void reserved(long bytes) {
        reserved = bytes;
    }

    void begin() {
        begun = System.nanoTime();
        turn = ++turns;
    }

    void end() {
        average += (Math.min(System.nanoTime() - begun, MOST) - average) / WEIGHT;
        turn = ++turns;
    }

    boolean isSlow() { return average > SLOW; }

    /** Whether the monitor has marked its request as one that holds it. Called by any thread. */
    boolean isHeld() {
        return held;
    }

    /** Clears the mark. Called with the lock of the workers. */
    void release() {
        held = false;
    }

    /** Marks it as held if it has run the same request since the last call. Called by the monitor, with the lock of the workers. */
    boolean inspect() {
        long now = turn;
        boolean same = (now & 1) == 1 && now == seen;
        seen = now;
        if (!same || held) {
            return false;
        }
        held = true;
        if (turn != now) {
            held = false;
        }
        return held;
    }

    /** Whether it has run no request since the last {@link #inspect}, and runs none. Called by the monitor. */
    boolean isIdle() {
        long now = turn;
        return (now & 1) == 0 && now == seen;
    }

    /** Called with the lock of the workers. */
    void park() {
        parked = true;
    }

    /** Called with the lock of the workers. The worker is woken since others block, so it is presumed to block, too. */
    void wake() {
        average = 2 * SLOW;
        parked = false;
        LockSupport.unpark(thread);
    }

    boolean isParked() { return parked; }
}
