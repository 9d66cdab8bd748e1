package org.hexfuse.server.dispatch;

import java.util.LinkedHashSet;

/**
 * INTERRUPTs whose request has not begun yet, by its unique id: another worker has read the request. Bounded: of more than
 * {@value #MOST} the oldest are dropped, since a kernel also interrupts requests that were just answered. Any thread may use it.
 */
final class EarlyInterrupts {
    static final int MOST = 1024;

    private final LinkedHashSet<Long> uniques = new LinkedHashSet<>();
    /** False nearly always, which saves requests the lock. */
    private volatile boolean any;

    synchronized void add(long unique) {
        uniques.add(unique);
        any = true;
        if (uniques.size() > MOST) {
            uniques.removeFirst();
        }
    }

    /** Removes the INTERRUPT of a request that begins, and returns whether there was one. */
    boolean remove(long unique) {
        if (!any) {
            return false;
        }
        synchronized (this) {
            boolean found = uniques.remove(unique);
            any = !uniques.isEmpty();
            return found;
        }
    }

    synchronized int size() {
        return uniques.size();
    }
}
