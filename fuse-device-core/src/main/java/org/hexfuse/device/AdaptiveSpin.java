package org.hexfuse.device;

import java.util.function.BooleanSupplier;

/**
 * Looks for what a thread waits for before the thread parks, which costs more than the wait when the other side runs on
 * another processor at this moment. Where looking was of no use lately, since the other side is slow or has no processor,
 * there is hardly any of it.
 *
 * <p>Any thread may use it, and both sides should use the same. Its fields are guesses: what one thread writes over another's
 * is no harm.
 */
final class AdaptiveSpin {
    /** A look takes some 10 to 50 ns, parking and being unparked some 2 µs. */
    private static final int LOOKS = Integer.getInteger("lk", 128);
    /** After so many waits all begins anew. */
    private static final int EPOCH = 2048;
    /** The first waits of an epoch look in any case: it takes a few until both sides have a processor. */
    private static final int TRIAL = 64;
    /** There is no looking for the rest of an epoch when more than one in so many waits have looked in vain. */
    private static final int IN_VAIN = 4;

    private int waits;
    private int inVain;

    /** Returns whether {@code there} came true within a few microseconds. */
    boolean sees(BooleanSupplier there) {
        int wait = waits++ & EPOCH - 1;
        if (wait == 0) {
            inVain = 0;
        }
        if (wait >= TRIAL && inVain * IN_VAIN > wait) {
            return false;
        }
        for (int i = 0; i < LOOKS; i++) {
            if (there.getAsBoolean()) {
                return true;
            }
            Thread.onSpinWait();
        }
        // Beyond the trial one wait in vain more is one for the whole rest of the epoch.
        inVain += wait >= TRIAL && (inVain + 1) * IN_VAIN > wait ? EPOCH : 1;
        return false;
    }
}
