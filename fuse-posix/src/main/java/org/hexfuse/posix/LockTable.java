package org.hexfuse.posix;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.FileLocks.Waiter;

/**
 * The advisory locks on files: who has which, and who waits.
 *
 * <p>There are two kinds, which don't see each other, so a filesystem that has both has two tables. <b>Record locks</b>, those
 * of {@code fcntl(2)}, are on ranges of bytes. What an owner locks replaces what it had there; locks are split and joined
 * as needed. One who would wait for ever gets EDEADLK. <b>Whole-file locks</b> are those of {@code flock(2)}: an owner has at
 * most one on a file; to change its type gives it up first, also if the new one can't be had then.
 *
 * <p><b>Waiting.</b> Locks that become free go to those who wait in the order in which they came, past those who must wait for
 * something else. As on Linux somebody who can have a lock gets it even when another one waits there already, but not for
 * ever: once {@code 100} locks were given past one who waits, who else would wait does so behind it. Only who doesn't wait
 * never has to stand back.
 *
 * <p><b>Files and owners</b> are the caller's, as keys with {@code equals} and {@code hashCode}. A file takes room only while
 * there is a lock on it, or somebody waits. As the table can't know which threads act for an owner, it takes each to do one
 * thing after the other, which is what {@code fcntl(2)} says of processes.
 *
 * <p>Any thread may use it, virtual ones included. Nothing but the methods that say so waits.
 *
 * <p>Source: {@code fcntl(2)}, {@code flock(2)}, Linux {@code fs/locks.c}.
 *
 * @param <F> what is locked
 * @param <O> who locks
 */
public final class LockTable<F, O> {
    private static final int MOST_LOCKS = 1 << 20;

    private final boolean ofRecords;
    private final int limit;
    private final ReentrantLock monitor = new ReentrantLock();
    private final Map<F, FileLocks<O>> files = new HashMap<>();
    private final WaitGraph<O> graph = new WaitGraph<>();
    private int locks;

    private LockTable(boolean ofRecords, int limit) {
        this.ofRecords = ofRecords;
        this.limit = limit;
    }

    /** A table of record locks, at most a million. */
    public static <F, O> LockTable<F, O> ofRecords() {
        return ofRecords(MOST_LOCKS);
    }

    /** A table of at most {@code limit} record locks; what is beyond gets ENOLCK. */
    public static <F, O> LockTable<F, O> ofRecords(int limit) {
        return new LockTable<>(true, limit);
    }

    /** A table of locks of whole files, at most a million. */
    public static <F, O> LockTable<F, O> ofWholeFiles() {
        return new LockTable<>(false, MOST_LOCKS);
    }

    /** The first lock of another owner that is in the way of {@code wanted}, by its first byte. */
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
     * Takes a lock that can be had now, or gives one up.
     *
     * @throws FuseException EAGAIN if a lock of another owner is in the way, ENOLCK if there are too many
     */
    public void set(F file, O owner, LockRange range) {
        monitor.lock();
        try {
            FileLocks<O> there = begin(file, owner, range);
            if (!there.isFree(owner, range)) {
                throw FuseException.of(Errno.EAGAIN);
            }
            give(there, owner, range);
        } finally {
            settle(file);
            monitor.unlock();
        }
    }

    /**
     * Takes a lock as soon as it can be had. To give one up never waits.
     *
     * @throws FuseException EDEADLK if that would never be, ENOLCK if there are too many
     * @throws InterruptedException if the thread was interrupted while it waited; it has no new lock then
     */
    public void setlkw(F file, O owner, LockRange range) throws InterruptedException {
        monitor.lock();
        try {
            FileLocks<O> there = begin(file, owner, range);
            if (there.isFree(owner, range) && !graph.isBehind(there, owner, range, Optional.empty())) {
                give(there, owner, range);
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

    /** Finds what is on a file. Who has another lock on it as a whole gives that up now. */
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
                waiter.over.await();
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

    private void give(FileLocks<O> file, O owner, LockRange range) {
        if (locks >= limit && range.type() != LockType.UNLOCKED) {
            throw FuseException.of(Errno.ENOLCK);
        }
        change(file, owner, range);
        file.passed(owner, range);
        if (ofRecords && range.type() != LockType.UNLOCKED && graph.isWaiting(owner)) {
            // It has threads that wait and others that lock: some may wait for it now whom it waits for.
            endDeadlocks(file);
        }
    }

    private void change(FileLocks<O> file, O owner, LockRange range) {
        int more = file.set(owner, range);
        locks += more;
        graph.has(owner, more);
    }

    private void endDeadlocks(FileLocks<O> file) {
        for (Waiter<O> waiter : List.copyOf(file.waiting)) {
            if (graph.isDeadlock(file, waiter.owner, waiter.range)) {
                graph.remove(waiter);
                waiter.end(Errno.EDEADLK);
            }
        }
    }

    /** Gives those who wait for a file what they can have. */
    private void settle(FileLocks<O> file) {
        boolean again = true;
        while (again) {
            again = false;
            for (Waiter<O> waiter : List.copyOf(file.waiting)) {
                again |= resolve(waiter);
            }
        }
    }

    private boolean resolve(Waiter<O> waiter) {
        if (waiter.outcome != null || !waiter.file.isFree(waiter.owner, waiter.range)
                || graph.isBehind(waiter.file, waiter.owner, waiter.range, Optional.of(waiter))) {
            return false;
        }
        graph.remove(waiter);
        if (locks >= limit) {
            waiter.end(Errno.ENOLCK);
        } else {
            give(waiter.file, waiter.owner, waiter.range);
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

    /** Somebody waits who did not: those who stand back for others must not do so for one who waits for them. */
    private void settleAll() {
        graph.all().stream().map(waiter -> waiter.file).distinct().filter(FileLocks::isAnybodyStarving)
                .forEach(this::settle);
    }

    /** Gives up all that an owner has on a file. */
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

    /** Gives up all that some owners have, on whatever file. Those of them who wait get EINTR. */
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

    /** How many files there are that somebody has a lock on, or waits for. */
    public int lockedFiles() {
        monitor.lock();
        try {
            return files.size();
        } finally {
            monitor.unlock();
        }
    }

    /** How many threads wait. */
    public int waiting() {
        monitor.lock();
        try {
            return graph.all().size();
        } finally {
            monitor.unlock();
        }
    }
}
