package org.hexfuse.posix;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.hexfuse.posix.FileLocks.Waiter;

/**
 * The waiters for locks on one file, in the order of their arrival, and those of one lock by themselves: while the first of them
 * conflicts, the others do too, unless they are of the owner that the first conflicts with. Guarded by the lock of the table.
 */
final class WaitQueue<O> {
    private final LinkedHashSet<Waiter<O>> all = new LinkedHashSet<>();
    /** By the lock that they want, without its process. */
    private final Map<LockRange, LinkedHashSet<Waiter<O>>> byRange = new HashMap<>();
    private long arrivals;
    /** The number of starving waiters. */
    private int starving;

    boolean isEmpty() { return all.isEmpty(); }

    boolean hasStarving() { return starving > 0; }

    void add(Waiter<O> waiter) {
        waiter.arrival = ++arrivals;
        all.add(waiter);
        byRange.computeIfAbsent(waiter.range.withPid(0), _ -> new LinkedHashSet<>()).add(waiter);
    }

    void remove(Waiter<O> waiter) {
        all.remove(waiter);
        byRange.computeIfPresent(waiter.range.withPid(0), (_, same) -> {
            same.remove(waiter);
            return same.isEmpty() ? null : same;
        });
        starving -= waiter.isStarving() ? 1 : 0;
    }

    /** All waiters. */
    List<Waiter<O>> snapshot() {
        return List.copyOf(all);
    }

    /** The first waiter for each lock. */
    List<Waiter<O>> heads() {
        var heads = new ArrayList<Waiter<O>>(byRange.size());
        byRange.values().forEach(same -> heads.add(same.getFirst()));
        return heads;
    }

    /** The first of the waiters that want the same lock as {@code waiter}, which may have left; null if there is none. */
    Waiter<O> head(Waiter<O> waiter) {
        LinkedHashSet<Waiter<O>> same = byRange.get(waiter.range.withPid(0));
        return same == null ? null : same.getFirst();
    }

    /**
     * Whether {@code test} holds for the owner of a starving waiter that conflicts with the wanted lock and arrived before
     * {@code arrival}.
     */
    boolean anyStarving(O owner, LockRange wanted, long arrival, Predicate<O> test) {
        if (starving == 0) {
            return false;
        }
        for (Waiter<O> waiter : all) {
            if (waiter.arrival >= arrival) {
                return false;
            }
            if (waiter.isStarving() && waiter.range.conflicts(wanted) && !waiter.owner.equals(owner)
                    && test.test(waiter.owner)) {
                return true;
            }
        }
        return false;
    }

    /** A lock was granted past the waiters that conflict with it and arrived before {@code arrival}. */
    void bypassed(O owner, LockRange range, long arrival) {
        if (range.type() == LockType.UNLOCKED) {
            return;
        }
        for (Waiter<O> waiter : all) {
            if (waiter.arrival >= arrival) {
                return;
            }
            if (!waiter.owner.equals(owner) && waiter.range.conflicts(range)) {
                waiter.bypassed++;
                starving += waiter.bypassed == FileLocks.MAX_BYPASSES ? 1 : 0;
            }
        }
    }
}
