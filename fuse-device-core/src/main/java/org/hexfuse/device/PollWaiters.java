package org.hexfuse.device;

import java.util.Arrays;

/** The waiters of the device's poll, which run each time the device may have become readable. Any thread may call any method. */
final class PollWaiters {
    private static final Runnable[] NONE = {};

    private volatile Runnable[] waiters = NONE;

    synchronized void add(Runnable waiter) {
        Runnable[] more = Arrays.copyOf(waiters, waiters.length + 1);
        more[waiters.length] = waiter;
        waiters = more;
    }

    synchronized void remove(Runnable waiter) {
        waiters = Arrays.stream(waiters).filter(other -> !other.equals(waiter)).toArray(Runnable[]::new);
    }

    /** Runs the waiters. Called without the device's locks. */
    void run() {
        for (Runnable waiter : waiters) {
            waiter.run();
        }
    }
}
