package org.hexfuse.device;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * How the callers and readers of one connection wait for each other before they park. A caller that waits alone spins, and so does
 * a reader: each expects the other on another processor. Where several callers wait, the processors are needed by them and by the
 * readers: callers on platform threads yield theirs, and callers and readers on virtual threads park, which leaves their carriers
 * to others.
 */
final class HandOff {
    /** A yield takes half a microsecond, and park and unpark of a platform thread some microseconds. */
    private static final int YIELDS = 8;

    private final AdaptiveSpin spin = new AdaptiveSpin(AdaptiveSpin.SPINS, Thread::onSpinWait);
    private final AdaptiveSpin yields = new AdaptiveSpin(YIELDS, Thread::yield);
    private final AtomicInteger callers = new AtomicInteger();

    /** A caller begins to wait. Returns whether it is the only one. */
    boolean begin() {
        return callers.getAndIncrement() == 0;
    }

    /** A caller no longer waits. */
    void end() {
        callers.decrementAndGet();
    }

    /** Returns whether the reply came before the caller had to park. */
    boolean spinsForReply(BooleanSupplier replied, boolean alone) {
        if (alone) {
            return spin.spinUntil(replied);
        }
        return !Thread.currentThread().isVirtual() && yields.spinUntil(replied);
    }

    /**
     * Returns whether a request came before the reader had to park. Platform threads don't spin: they are those of transports to
     * other processes, which need the processor.
     */
    boolean spinsForRequest(BooleanSupplier readable) {
        return Thread.currentThread().isVirtual() && callers.get() <= 1 && spin.spinUntil(readable);
    }
}
