package org.hexfuse.posix;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hexfuse.posix.FileLocks.Waiter;

/**
 * The wait-for graph of lock owners, over all files of a table. An owner waits for the owners of conflicting locks, and for
 * starving waiters in front of it unless these wait for it. Guarded by the lock of the table.
 */
final class WaitGraph<O> {
    private final Map<O, List<Waiter<O>>> waiters = new HashMap<>();
    /** The number of locks of each owner with locks. */
    private final Map<O, Integer> held = new HashMap<>();

    void add(Waiter<O> waiter) {
        waiters.computeIfAbsent(waiter.owner, _ -> new ArrayList<>()).add(waiter);
        waiter.file.waiting.add(waiter);
    }

    void remove(Waiter<O> waiter) {
        waiter.file.remove(waiter);
        waiters.computeIfPresent(waiter.owner, (_, all) -> {
            all.remove(waiter);
            return all.isEmpty() ? null : all;
        });
    }

    /** All waiters. */
    List<Waiter<O>> all() {
        return waiters.values().stream().flatMap(Collection::stream).toList();
    }

    /** Whether an owner has a waiter. */
    boolean isWaiting(O owner) {
        return waiters.containsKey(owner);
    }

    /** Whether an owner has a waiter, and others have too. */
    boolean isWaitingWithOthers(O owner) {
        return waiters.size() > 1 && waiters.containsKey(owner);
    }

    /** The next waiter of an owner, after {@code arrival}, for the same lock on the same file as {@code like}; null if there is none. */
    Waiter<O> next(O owner, Waiter<O> like) {
        Waiter<O> next = null;
        for (Waiter<O> waiter : waiters.getOrDefault(owner, List.of())) {
            if (waiter.file == like.file && waiter.arrival > like.arrival
                    && waiter.range.withPid(0).equals(like.range.withPid(0))
                    && (next == null || waiter.arrival < next.arrival)) {
                next = waiter;
            }
        }
        return next;
    }

    /** Adds to the number of locks of an owner. */
    void has(O owner, int more) {
        if (more != 0) {
            held.merge(owner, more, (old, added) -> old + added == 0 ? null : old + added);
        }
    }

    /** Whether waiting for a lock would close a cycle: the owners of conflicting locks wait for this owner. */
    boolean isDeadlock(FileLocks<O> file, O owner, LockRange wanted) {
        return !waiters.isEmpty()
                && file.blockers(owner, wanted).keySet().stream().anyMatch(other -> waitsFor(other, owner, false));
    }

    /** Whether a lock without a conflict has to queue behind a starving waiter that arrived before {@code arrival}. */
    boolean isBehind(FileLocks<O> file, O owner, LockRange wanted, long arrival) {
        return file.waiting.anyStarving(owner, wanted, arrival, other -> !waitsFor(other, owner, true));
    }

    /** Whether others can wait for an owner. */
    private boolean canBlock(O owner) {
        return held.containsKey(owner)
                || waiters.getOrDefault(owner, List.of()).stream().anyMatch(Waiter::isStarving);
    }

    private boolean waitsFor(O from, O to, boolean withStarving) {
        if (!canBlock(to) || !isWaiting(from)) {
            return false;
        }
        Set<O> seen = new HashSet<>(Set.of(from));
        Deque<O> next = new ArrayDeque<>(seen);
        while (!next.isEmpty()) {
            for (Waiter<O> waiter : waiters.getOrDefault(next.remove(), List.of())) {
                var before = new ArrayList<>(waiter.file.blockers(waiter.owner, waiter.range).keySet());
                if (withStarving) {
                    waiter.file.waiting.anyStarving(waiter.owner, waiter.range, waiter.arrival, other -> {
                        before.add(other);
                        return false;
                    });
                }
                for (O other : before) {
                    if (other.equals(to)) {
                        return true;
                    }
                    if (seen.add(other)) {
                        next.add(other);
                    }
                }
            }
        }
        return false;
    }
}
