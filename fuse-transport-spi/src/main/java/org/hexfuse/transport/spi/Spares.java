package org.hexfuse.transport.spi;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Objects that are costly to make and are kept to be used again, up to a number. Any thread may use it; it has no lock and
 * allocates nothing. A thread gets back what it gave last, if nobody took that meanwhile.
 *
 * @param <T> their type
 */
public final class Spares<T> {
    private final AtomicReferenceArray<T> places;
    private final int mask;

    /**
     * Without spares.
     *
     * @param places how many are kept at most: a power of two
     */
    public Spares(int places) {
        if (Integer.bitCount(places) != 1) {
            throw new IllegalArgumentException(places + " is no power of two");
        }
        this.places = new AtomicReferenceArray<>(places);
        this.mask = places - 1;
    }

    /** One of the spares, which is the caller's then; null if there is none. */
    public T take() {
        int own = (int) Thread.currentThread().threadId();
        for (int i = 0; i <= mask; i++) {
            int place = own + i & mask;
            if (places.getOpaque(place) != null) {
                T spare = places.getAndSet(place, null);
                if (spare != null) {
                    return spare;
                }
            }
        }
        return null;
    }

    /** Keeps {@code spare}, if there is a place for it. Returns whether there was. */
    public boolean give(T spare) {
        int own = (int) Thread.currentThread().threadId();
        for (int i = 0; i <= mask; i++) {
            int place = own + i & mask;
            if (places.getOpaque(place) == null && places.compareAndSet(place, null, spare)) {
                return true;
            }
        }
        return false;
    }
}
