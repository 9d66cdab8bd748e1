package org.hexfuse.posix;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.function.Predicate;
import org.hexfuse.abi.Errno;

/** The locks on one file, and who waits for one. Guarded by the table's monitor. */
final class FileLocks<O> {
    /** How often others may be let past somebody who waits before those who come after have to wait behind. */
    static final int PATIENCE = 100;

    /** Somebody who waits for a lock. */
    static final class Waiter<O> {
        final FileLocks<O> file;
        final O owner;
        final LockRange range;
        final Condition over;
        /** Null while it waits, then OK or why it can't have the lock. */
        Errno outcome;
        /** How many locks were given to others meanwhile that keep it from its own. */
        int passed;

        Waiter(FileLocks<O> file, O owner, LockRange range, Condition over) {
            this.file = file;
            this.owner = owner;
            this.range = range;
            this.over = over;
        }

        boolean isStarving() { return passed >= PATIENCE; }

        void end(Errno errno) {
            outcome = errno;
            over.signal();
        }
    }

    final Map<O, OwnedRanges> held = new HashMap<>();
    /** In the order in which they came. */
    final List<Waiter<O>> waiting = new ArrayList<>();
    /** How many ranges are locked to write, by whomever. */
    private int writes;
    /** How many of those who wait were passed too often. */
    private int starving;

    boolean isEmpty() { return held.isEmpty() && waiting.isEmpty(); }

    /** Changes what an owner has, and returns how many ranges more there are now. */
    int set(O owner, LockRange range) {
        OwnedRanges ranges = held.computeIfAbsent(owner, _ -> new OwnedRanges());
        int before = ranges.size();
        writes -= ranges.writes();
        ranges.set(range);
        writes += ranges.writes();
        if (ranges.isEmpty()) {
            held.remove(owner);
        }
        return ranges.size() - before;
    }

    /** Whether an owner has any lock. */
    boolean has(O owner) {
        return held.containsKey(owner);
    }

    /** Whether an owner has a lock, of another type. */
    boolean hasOther(O owner, LockType type) {
        return has(owner) && !held.get(owner).isWhole(type);
    }

    boolean isAnybodyStarving() { return starving > 0; }

    void remove(Waiter<O> waiter) {
        waiting.remove(waiter);
        starving -= waiter.isStarving() ? 1 : 0;
    }

    /** Whether nothing is in the way of a lock. */
    boolean isFree(O owner, LockRange wanted) {
        OwnedRanges own = held.get(owner);
        int others = writes - (own == null ? 0 : own.writes());
        if (wanted.type() == LockType.UNLOCKED || (wanted.type() == LockType.READ && others == 0)) {
            return true;
        }
        for (Map.Entry<O, OwnedRanges> each : held.entrySet()) {
            if (!each.getKey().equals(owner) && each.getValue().conflict(wanted).isPresent()) {
                return false;
            }
        }
        return true;
    }

    /** The owners who have what stands in the way, and the first lock of each. */
    Map<O, LockRange> blockers(O owner, LockRange wanted) {
        Map<O, LockRange> blockers = new LinkedHashMap<>();
        held.forEach((other, ranges) -> {
            if (!other.equals(owner)) {
                ranges.conflict(wanted).ifPresent(lock -> blockers.put(other, lock));
            }
        });
        return blockers;
    }

    /**
     * Whether {@code test} holds for one of those who have been passed too often, wait since before {@code last}, and want what an
     * owner wants.
     */
    boolean anyStarving(O owner, LockRange wanted, Optional<Waiter<O>> last, Predicate<O> test) {
        if (starving == 0) {
            return false;
        }
        for (Waiter<O> waiter : waiting) {
            if (last.isPresent() && waiter == last.get()) {
                return false;
            }
            if (waiter.isStarving() && waiter.range.conflicts(wanted) && !waiter.owner.equals(owner)
                    && test.test(waiter.owner)) {
                return true;
            }
        }
        return false;
    }

    /** Somebody was given a lock before those who wait. */
    void passed(O owner, LockRange range) {
        for (Waiter<O> waiter : waiting) {
            if (!waiter.owner.equals(owner) && waiter.range.conflicts(range)) {
                waiter.passed++;
                starving += waiter.passed == PATIENCE ? 1 : 0;
            }
        }
    }
}
