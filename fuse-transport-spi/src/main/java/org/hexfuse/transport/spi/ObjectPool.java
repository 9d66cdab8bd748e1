package org.hexfuse.transport.spi;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A bounded pool of objects that are costly to make. Lock-free; no method allocates or blocks, and any thread may call any.
 * A thread acquires the object that it released last, unless another thread has acquired it in between.
 *
 * @param <T> the type of the objects
 */
public final class ObjectPool<T> {
    private final AtomicReferenceArray<T> places;
    private final int mask;

    /**
     * An empty pool.
     *
     * @param capacity the most objects that are kept, a power of two
     */
    public ObjectPool(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("the capacity of a pool is a power of two and not " + capacity);
        }
        this.places = new AtomicReferenceArray<>(capacity);
        this.mask = capacity - 1;
    }

    /** Removes an object from the pool; null if the pool is empty, and then the caller makes one. */
    public T acquire() {
        int home = home();
        for (int i = 0; i <= mask; i++) {
            int place = home + i & mask;
            if (places.getOpaque(place) != null) {
                T pooled = places.getAndSet(place, null);
                if (pooled != null) {
                    return pooled;
                }
            }
        }
        return null;
    }

    /** Puts an object into the pool. Returns false if the pool is full, and then the object is the caller's to dispose of. */
    public boolean release(T pooled) {
        int home = home();
        for (int i = 0; i <= mask; i++) {
            int place = home + i & mask;
            if (places.getOpaque(place) == null && places.compareAndSet(place, null, pooled)) {
                return true;
            }
        }
        return false;
    }

    /** Where a thread looks first. Threads that were started after each other are far apart, on different cache lines. */
    private int home() {
        return Integer.reverse((int) Thread.currentThread().threadId()) >>> Integer.numberOfLeadingZeros(mask);
    }
}
