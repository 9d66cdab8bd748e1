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

/** The locks on one file and the waiters for them. Guarded by the lock of the table. */
final class FileLocks<O> {
    /** How many conflicting locks may be granted past a waiter before later waiters queue behind it. */
    static final int MAX_BYPASSES = 100;

    /** A thread that waits for a lock. */
    static final class Waiter<O> {
        final FileLocks<O> file;
        final O owner;
        final LockRange range;
        final Condition done;
        /** Null while it waits; then OK, or the errno it fails with. */
        Errno outcome;
        /** How many conflicting locks were granted to others since it waits. */
        int bypassed;

        Waiter(FileLocks<O> file, O owner, LockRange range, Condition done) {
            this.file = file;
            this.owner = owner;
            this.range = range;
            this.done = done;
        }

        boolean isStarving() { return bypassed >= MAX_BYPASSES; }

        void end(Errno errno) {
            outcome = errno;
            done.signal();
        }
    }

    final Map<O, OwnedRanges> held = new HashMap<>();
    /** In the order of their arrival. */
    final List<Waiter<O>> waiting = new ArrayList<>();
    /** The number of write-locked ranges, of all owners. */
    private int writes;
    /** The number of starving waiters. */
    private int starving;

    boolean isEmpty() { return held.isEmpty() && waiting.isEmpty(); }

    /** Sets the lock of an owner on a range; returns the change in the number of ranges. */
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

    /** Whether an owner has a lock of another type. */
    boolean hasOther(O owner, LockType type) {
        return has(owner) && !held.get(owner).isWhole(type);
    }

    boolean hasStarving() { return starving > 0; }

    void remove(Waiter<O> waiter) {
        waiting.remove(waiter);
        starving -= waiter.isStarving() ? 1 : 0;
    }

    /** Whether no lock of another owner conflicts. */
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

    /** The owners of conflicting locks, and the first such lock of each. */
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
     * Whether {@code test} holds for the owner of a starving waiter that conflicts with the wanted lock and has waited longer than
     * {@code last}.
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

    /** A lock was granted past the waiters. */
    void bypassed(O owner, LockRange range) {
        for (Waiter<O> waiter : waiting) {
            if (!waiter.owner.equals(owner) && waiter.range.conflicts(range)) {
                waiter.bypassed++;
                starving += waiter.bypassed == MAX_BYPASSES ? 1 : 0;
            }
        }
    }
}
