package org.hexfuse.posix;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
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
        /** Its place in the order of arrival at the file. */
        long arrival;
        /** How many conflicting locks were granted past it. */
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
    final WaitQueue<O> waiting = new WaitQueue<>();
    /** The number of write-locked ranges, of all owners. */
    private int writes;
    /** A lock was released or downgraded since the waiters were examined. */
    private boolean weakened;

    boolean isEmpty() { return held.isEmpty() && waiting.isEmpty(); }

    /** Sets the lock of an owner on a range; returns the change in the number of ranges. */
    int set(O owner, LockRange range) {
        OwnedRanges ranges = held.computeIfAbsent(owner, _ -> new OwnedRanges());
        int before = ranges.size();
        weakened |= range.type() == LockType.UNLOCKED || (range.type() == LockType.READ && ranges.writes() > 0);
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

    /** Whether a lock was released or downgraded since the last call. */
    boolean takeWeakened() {
        boolean taken = weakened;
        weakened = false;
        return taken;
    }

    /** A waiter leaves: those that queued behind it are to be examined if it was starving. */
    void remove(Waiter<O> waiter) {
        weakened |= waiter.isStarving();
        waiting.remove(waiter);
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

    /** The only owner with locks that conflict with the wanted one, whoever wants it; empty if there is none, or several. */
    Optional<O> onlyBlocker(LockRange wanted) {
        O found = null;
        for (Map.Entry<O, OwnedRanges> each : held.entrySet()) {
            if (each.getValue().conflict(wanted).isPresent()) {
                if (found != null) {
                    return Optional.empty();
                }
                found = each.getKey();
            }
        }
        return Optional.ofNullable(found);
    }
}
