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
 * Who waits for whom, over all files of a table. An owner waits for those who have a lock that is in its way; and for those who
 * starve before it, unless these wait for it. Guarded by the table's monitor.
 */
final class WaitGraph<O> {
    private final Map<O, List<Waiter<O>>> waiters = new HashMap<>();

    void add(Waiter<O> waiter) {
        waiters.computeIfAbsent(waiter.owner, _ -> new ArrayList<>()).add(waiter);
        waiter.file.waiting.add(waiter);
    }

    void remove(Waiter<O> waiter) {
        waiter.file.waiting.remove(waiter);
        waiters.computeIfPresent(waiter.owner, (_, all) -> {
            all.remove(waiter);
            return all.isEmpty() ? null : all;
        });
    }

    /** All who wait. */
    List<Waiter<O>> all() {
        return waiters.values().stream().flatMap(Collection::stream).toList();
    }

    /** Whether a lock would never come, as those who are in the way wait for this owner themselves. */
    boolean isDeadlock(FileLocks<O> file, O owner, LockRange wanted) {
        return !waiters.isEmpty()
                && file.blockers(owner, wanted).keySet().stream().anyMatch(other -> waitsFor(other, owner, false));
    }

    /** Whether a lock that nothing is in the way of has to wait until others have had theirs. */
    boolean isBehind(FileLocks<O> file, O owner, LockRange wanted, Optional<Waiter<O>> self) {
        return file.starving(owner, wanted, self).stream().anyMatch(other -> !waitsFor(other, owner, true));
    }

    private boolean waitsFor(O from, O to, boolean alsoInTurn) {
        Set<O> seen = new HashSet<>(Set.of(from));
        Deque<O> next = new ArrayDeque<>(seen);
        while (!next.isEmpty()) {
            for (Waiter<O> waiter : waiters.getOrDefault(next.remove(), List.of())) {
                var before = new ArrayList<>(waiter.file.blockers(waiter.owner, waiter.range).keySet());
                if (alsoInTurn) {
                    before.addAll(waiter.file.starving(waiter.owner, waiter.range, Optional.of(waiter)));
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
