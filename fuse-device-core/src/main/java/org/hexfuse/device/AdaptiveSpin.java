package org.hexfuse.device;

import java.util.function.BooleanSupplier;

/**
 * Spins for some microseconds before a waiter parks. Parking costs more than the wait itself while the peer runs on another
 * processor; where recent spins failed, because the peer is slow or has no processor, the waiter hardly spins.
 *
 * <p>Any thread may use it, and both peers should share one. Its fields are estimates: a lost update of a concurrent thread does
 * no harm.
 */
final class AdaptiveSpin {
    /**
     * One spin takes some 10 to 50 ns. Park and unpark take some 2 µs while the peer runs, and ten times as long when a processor
     * has to be woken for the peer first: fewer spins than that would always fail, and no waiter would ever spin again.
     */
    static final int SPINS = 1000;
    /** After this many waits the estimate starts anew. */
    private static final int EPOCH = 2048;
    /** The first waits of an epoch always spin: it takes a few until both peers have a processor. */
    private static final int TRIAL = 64;
    /** Spinning stops for the rest of an epoch when more than one in this many waits has failed. */
    private static final int FAILURE_RATIO = 4;

    private final int spins;
    private final Runnable pause;
    private int waits;
    private int failures;

    /**
     * Spins up to so many times.
     *
     * @param pause what a thread does between two looks at the condition
     */
    AdaptiveSpin(int spins, Runnable pause) {
        this.spins = spins;
        this.pause = pause;
    }

    /** Returns whether {@code condition} became true while the thread spun. */
    boolean spinUntil(BooleanSupplier condition) {
        int wait = waits++ & EPOCH - 1;
        if (wait == 0) {
            failures = 0;
        }
        if (wait >= TRIAL && failures * FAILURE_RATIO > wait) {
            return false;
        }
        for (int i = 0; i < spins; i++) {
            if (condition.getAsBoolean()) {
                return true;
            }
            pause.run();
        }
        // After the trial, the failure that exceeds the ratio ends spinning for the whole rest of the epoch.
        failures += wait >= TRIAL && (failures + 1) * FAILURE_RATIO > wait ? EPOCH : 1;
        return false;
    }
}
