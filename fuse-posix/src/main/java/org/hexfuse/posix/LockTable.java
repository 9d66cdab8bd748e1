package org.hexfuse.posix;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.FileLocks.Waiter;

/**
 * The advisory locks on files, their owners and their waiters.
 *
 * <p>There are two kinds, which are independent, so a filesystem with both has two tables. <b>Record locks</b>,
 * {@code fcntl(2)}, are on ranges of bytes. A new lock replaces the owner's locks on its range; locks are split and merged. A
 * wait that would deadlock fails with EDEADLK. <b>Whole-file locks</b>, {@code flock(2)}: an owner has at most one on a file.
 * Changing its type releases it first, even if the new one is not granted.
 *
 * <p><b>Fairness.</b> Locks are granted to waiters in the order of their arrival, except to those that conflict with another
 * lock. As on Linux a lock that conflicts with none is granted at once, even past waiters; but after {@code 100} such grants
 * past one waiter, later waiters queue behind it. Non-blocking requests bypass the wait queue.
 *
 * <p><b>Files and owners</b> are keys of the caller, with {@code equals} and {@code hashCode}. A file takes memory only while
 * it has locks or waiters. The table does not know which threads act for an owner, and assumes one request of an owner at a
 * time, as {@code fcntl(2)} does of processes.
 *
 * <p>Any thread may call any method, virtual ones included. Only {@link #setlkw} blocks.
 *
 * <p>Source: {@code fcntl(2)}, {@code flock(2)}, Linux {@code fs/locks.c}.
 *
 * @param <F> the keys of files
 * @param <O> the keys of lock owners
 */
public final class LockTable<F, O> {
    private static final int MAX_LOCKS = 1 << 20;
    /** The place in the order of arrival of a request that does not wait. */
    private static final long LATEST = Long.MAX_VALUE;

    private final boolean ofRecords;
    private final int limit;
    private final ReentrantLock monitor = new ReentrantLock();
    private final Map<F, FileLocks<O>> files = new HashMap<>();
    private final WaitGraph<O> graph = new WaitGraph<>();
    /** The files with starving waiters, and some that have none any more. */
    private final Set<FileLocks<O>> starving = new HashSet<>();
    private int locks;

    private LockTable(boolean ofRecords, int limit) {
        this.ofRecords = ofRecords;
        this.limit = limit;
    }

    /** A table of record locks, at most a million. */
    public static <F, O> LockTable<F, O> ofRecords() {
        return ofRecords(MAX_LOCKS);
    }

    /** A table of at most {@code limit} record locks; further ones fail with ENOLCK. */
    public static <F, O> LockTable<F, O> ofRecords(int limit) {
        return new LockTable<>(true, limit);
    }

    /** A table of locks of whole files, at most a million. */
    public static <F, O> LockTable<F, O> ofWholeFiles() {
        return new LockTable<>(false, MAX_LOCKS);
    }

    /** F_GETLK: the first lock of another owner that conflicts with {@code wanted}, by its first byte. */
    public Optional<LockRange> getlk(F file, O owner, LockRange wanted) {
        monitor.lock();
        try {
            FileLocks<O> there = files.get(file);
            return there == null ? Optional.empty()
                    : there.blockers(owner, wanted).values().stream().min(Comparator.comparingLong(LockRange::start));
        } finally {
            monitor.unlock();
        }
    }

    /**
     * F_SETLK: acquires a lock, or releases one; does not block.
     *
     * @throws FuseException EAGAIN if a lock of another owner conflicts, ENOLCK if there are too many
     */
    public void set(F file, O owner, LockRange range) {
        monitor.lock();
        try {
            FileLocks<O> there = begin(file, owner, range);
            if (!there.isFree(owner, range)) {
                throw FuseException.of(Errno.EAGAIN);
            }
            grant(there, owner, range, LATEST);
        } finally {
            settle(file);
            monitor.unlock();
        }
    }

    /**
     * F_SETLKW: acquires a lock, and blocks while it conflicts; releasing one does not block.
     *
     * @throws FuseException EDEADLK if waiting would deadlock, ENOLCK if there are too many
     * @throws InterruptedException if the thread was interrupted while it was blocked; the lock is not granted
     */
    public void setlkw(F file, O owner, LockRange range) throws InterruptedException {
        monitor.lock();
        try {
            FileLocks<O> there = begin(file, owner, range);
            if (there.isFree(owner, range) && !graph.isBehind(there, owner, range, LATEST)) {
                grant(there, owner, range, LATEST);
            } else if (ofRecords && graph.isDeadlock(there, owner, range)) {
                throw FuseException.of(Errno.EDEADLK);
            } else {
                await(new Waiter<>(there, owner, range, monitor.newCondition()));
            }
        } finally {
            settle(file);
            monitor.unlock();
        }
    }

    /** The locks on a file. Releases a whole-file lock of the owner that has another type. */
    private FileLocks<O> begin(F file, O owner, LockRange range) {
        FileLocks<O> there = files.computeIfAbsent(file, _ -> new FileLocks<>());
        if (!ofRecords && there.hasOther(owner, range.type())) {
            change(there, owner, LockRange.whole(LockType.UNLOCKED));
            settle(there);
        }
        return there;
    }

    private void await(Waiter<O> waiter) throws InterruptedException {
        graph.add(waiter);
        settleAll();
        try {
            while (waiter.outcome == null) {
                waiter.done.await();
            }
        } catch (InterruptedException e) {
            if (waiter.outcome == null) {
                graph.remove(waiter);
                throw e;
            }
            Thread.currentThread().interrupt();
        }
        if (waiter.outcome != Errno.OK) {
            throw FuseException.of(waiter.outcome);
        }
    }

    /** Grants a lock that was requested by the waiter with that place in the order of arrival. */
    private void grant(FileLocks<O> file, O owner, LockRange range, long arrival) {
        if (locks >= limit && range.type() != LockType.UNLOCKED) {
            throw FuseException.of(Errno.ENOLCK);
        }
        change(file, owner, range);
        file.waiting.bypassed(owner, range, arrival);
        if (file.waiting.hasStarving()) {
            starving.add(file);
        }
        if (ofRecords && range.type() != LockType.UNLOCKED && graph.isWaitingWithOthers(owner)) {
            // An owner with several threads may lock while it waits, and the grant may close a cycle.
            endDeadlocks(file);
        }
    }

    private void change(FileLocks<O> file, O owner, LockRange range) {
        int more = file.set(owner, range);
        locks += more;
        graph.has(owner, more);
    }

    private void endDeadlocks(FileLocks<O> file) {
        for (Waiter<O> waiter : file.waiting.snapshot()) {
            if (graph.isDeadlock(file, waiter.owner, waiter.range)) {
                graph.remove(waiter);
                waiter.end(Errno.EDEADLK);
            }
        }
    }

    /** Grants locks to the waiters of a file that conflict with none; examines none while no lock was released or downgraded. */
    private void settle(FileLocks<O> file) {
        boolean again = true;
        while (again) {
            again = file.takeWeakened();
            if (file.waiting.hasStarving()) {
                again = resolveAll(file);
            } else if (again) {
                resolveHeads(file);
            }
        }
    }

    /** Examines each waiter: which ones queue behind a starving one depends on their owners. */
    private boolean resolveAll(FileLocks<O> file) {
        boolean any = false;
        for (Waiter<O> waiter : file.waiting.snapshot()) {
            any |= resolve(waiter);
        }
        return any;
    }

    /**
     * Examines the first waiter for each lock, in the order of arrival. The waiters behind it are examined once it has left, or if they
     * are of the only owner that it conflicts with; so of thousands of waiters for one lock a release examines two.
     */
    private void resolveHeads(FileLocks<O> file) {
        var candidates = new PriorityQueue<Waiter<O>>(Comparator.comparingLong(waiter -> waiter.arrival));
        candidates.addAll(file.waiting.heads());
        while (!candidates.isEmpty()) {
            Waiter<O> waiter = candidates.remove();
            resolve(waiter);
            Waiter<O> head = file.waiting.head(waiter);
            Waiter<O> next = head != null && head.arrival > waiter.arrival ? head : nextOfBlocker(waiter);
            if (next != null) {
                candidates.add(next);
            }
        }
    }

    private Waiter<O> nextOfBlocker(Waiter<O> waiter) {
        return waiter.file.onlyBlocker(waiter.range).map(owner -> graph.next(owner, waiter)).orElse(null);
    }

    private boolean resolve(Waiter<O> waiter) {
        if (waiter.outcome != null || !waiter.file.isFree(waiter.owner, waiter.range)
                || graph.isBehind(waiter.file, waiter.owner, waiter.range, waiter.arrival)) {
            return false;
        }
        graph.remove(waiter);
        if (locks >= limit) {
            waiter.end(Errno.ENOLCK);
        } else {
            grant(waiter.file, waiter.owner, waiter.range, waiter.arrival);
            waiter.end(Errno.OK);
        }
        return true;
    }

    private void settle(F file) {
        FileLocks<O> there = files.get(file);
        if (there != null) {
            settle(there);
            if (there.isEmpty()) {
                files.remove(file);
            }
        }
    }

    /** A new waiter may release others: none queues behind a starving waiter that waits for it. */
    private void settleAll() {
        starving.removeIf(file -> !file.waiting.hasStarving());
        List.copyOf(starving).forEach(this::settle);
    }

    /** Releases all locks of an owner on a file. */
    public void release(F file, O owner) {
        monitor.lock();
        try {
            FileLocks<O> there = files.get(file);
            if (there != null && there.has(owner)) {
                change(there, owner, LockRange.whole(LockType.UNLOCKED));
                settle(file);
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Releases all locks of the matching owners on all files. Their waiters fail with EINTR. */
    public void releaseAll(Predicate<? super O> owners) {
        monitor.lock();
        try {
            for (Waiter<O> waiter : graph.all()) {
                if (owners.test(waiter.owner)) {
                    graph.remove(waiter);
                    waiter.end(Errno.EINTR);
                }
            }
            for (FileLocks<O> file : files.values()) {
                for (O owner : file.held.keySet().stream().filter(owners).toList()) {
                    change(file, owner, LockRange.whole(LockType.UNLOCKED));
                }
            }
            List.copyOf(files.keySet()).forEach(this::settle);
        } finally {
            monitor.unlock();
        }
    }

    /** A lock that is held. */
    public record Held<F, O>(F file, O owner, LockRange range) {}

    /** The locks of the matching owners on all files; not those that are waited for. */
    public List<Held<F, O>> held(Predicate<? super O> owners) {
        monitor.lock();
        try {
            var all = new ArrayList<Held<F, O>>();
            files.forEach((file, there) -> there.held.forEach((owner, ranges) -> {
                if (owners.test(owner)) {
                    ranges.all().forEach(range -> all.add(new Held<>(file, owner, range)));
                }
            }));
            return all;
        } finally {
            monitor.unlock();
        }
    }

    /** The number of files with locks or waiters. */
    public int lockedFiles() {
        monitor.lock();
        try {
            return files.size();
        } finally {
            monitor.unlock();
        }
    }

    /** The number of waiters. */
    public int waiting() {
        monitor.lock();
        try {
            return graph.all().size();
        } finally {
            monitor.unlock();
        }
    }
}
