package org.hexfuse.posix;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /** Whether a lock without a conflict has to queue behind a starving waiter. */
    boolean isBehind(FileLocks<O> file, O owner, LockRange wanted, Optional<Waiter<O>> self) {
        return file.anyStarving(owner, wanted, self, other -> !waitsFor(other, owner, true));
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
                    waiter.file.anyStarving(waiter.owner, waiter.range, Optional.of(waiter), other -> {
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
