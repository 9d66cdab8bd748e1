package org.hexfuse.posix;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The references to a resource that is closed while calls on it may be in flight: a descriptor, an open file, a backing file.
 * Each call holds a reference. {@link #close} lets no further call begin, and the resource is freed, once, by whoever drops
 * the last reference: the closer if no call is in flight, else the last call.
 *
 * <p>Lock-free; any thread may call any method. At most 2<sup>31</sup> - 1 references are held at once.
 */
public final class ReferenceCount {
    /** In {@link #state}: closed. The other bits are the number of references. */
    private static final int CLOSED = Integer.MIN_VALUE;

    private final AtomicInteger state = new AtomicInteger();
    private final Runnable free;

    /**
     * No references, open.
     *
     * @param free frees the resource; run once, on the thread that closes it or that drops the last reference
     */
    public ReferenceCount(Runnable free) {
        this.free = free;
    }

    /** Takes a reference, which {@link #release} drops. Returns false, and takes none, once the resource is closed. */
    public boolean acquire() {
        int seen = state.get();
        while (seen >= 0) {
            int witness = state.compareAndExchange(seen, seen + 1);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    /**
     * Drops a reference.
     *
     * @throws IllegalStateException if none is held
     */
    public void release() {
        int left = state.decrementAndGet();
        if (left == CLOSED) {
            free.run();
        } else if (left == -1 || left == Integer.MAX_VALUE) {
            state.incrementAndGet();
            throw new IllegalStateException("more references dropped than taken");
        }
    }

    /** Drops a reference unless that would free the resource. Returns whether it did. */
    public boolean releaseUnlessLast() {
        int seen = state.get();
        while (seen != CLOSED + 1) {
            int witness = state.compareAndExchange(seen, seen - 1);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    /** Closes the resource; it is freed when the last reference is dropped. Returns whether it was open until now. */
    public boolean close() {
        int before = state.getAndUpdate(n -> n | CLOSED);
        if (before == 0) {
            free.run();
        }
        return before >= 0;
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() { return state.get() < 0; }
}
