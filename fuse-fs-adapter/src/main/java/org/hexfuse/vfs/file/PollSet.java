package org.hexfuse.vfs.file;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.PollEvents;

/**
 * One {@code poll(2)} on several open files: each is sent POLL, with SCHEDULE_NOTIFY as long as none before it is ready; then the caller
 * blocks until NOTIFY_POLL or a close of any of them, and all are sent POLL again. For one call.
 *
 * <p>Source: Linux {@code fs/select.c} ({@code do_poll}).
 */
public final class PollSet {
    private final List<Member> members;
    private final Wakeups wakeups = new Wakeups();

    /** A file and the requested events. */
    public record Member(PollWaiter waiter, int events) {}

    /** Counts the wake-ups of all files. Any thread may wake. */
    static final class Wakeups {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition woken = lock.newCondition();
        private long count;

        void wake() {
            lock.lock();
            try {
                count++;
                woken.signalAll();
            } finally {
                lock.unlock();
            }
        }

        long count() {
            lock.lock();
            try {
                return count;
            } finally {
                lock.unlock();
            }
        }

        /** Waits for a wake-up after those that {@code before} counts. Returns false at the deadline; EINTR. */
        boolean await(long before, long deadline) {
            lock.lock();
            try {
                long left = deadline - System.nanoTime();
                while (count == before && left > 0) {
                    left = woken.awaitNanos(left);
                }
                return count != before;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw FuseException.of(Errno.EINTR);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Of these files; the same one may be there several times. */
    public PollSet(List<Member> members) {
        this.members = List.copyOf(members);
    }

    /** The ready events of each file; 0 for all after {@code timeout}. EINTR. */
    public List<Integer> await(Duration timeout) {
        if (timeout.isZero()) {
            return poll(false);
        }
        long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
        try {
            members.forEach(member -> member.waiter.watch(wakeups));
            while (true) {
                long before = wakeups.count();
                List<Integer> ready = poll(true);
                if (ready.stream().anyMatch(events -> events != 0) || !wakeups.await(before, deadline)) {
                    return ready;
                }
            }
        } finally {
            members.forEach(member -> member.waiter.unwatch(wakeups));
        }
    }

    private List<Integer> poll(boolean waits) {
        var ready = new ArrayList<Integer>(members.size());
        boolean schedules = waits;
        for (Member member : members) {
            int events = poll(member, schedules);
            schedules &= events == 0;
            ready.add(events);
        }
        return ready;
    }

    private static int poll(Member member, boolean schedules) {
        try {
            return member.waiter.poll(member.events, schedules);
        } catch (FuseException e) {
            if (e.errno() == Errno.EBADF) {
                return PollEvents.NVAL;
            }
            throw e;
        }
    }
}
