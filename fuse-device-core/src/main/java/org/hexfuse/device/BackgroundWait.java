package org.hexfuse.device;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Errno;

/**
 * Holds back who would send a request in the background while as many are under way as may be: the sender waits, first come,
 * first served, and each place that becomes free goes to exactly one. Who gives back what the server has, as RELEASE does, is
 * not held back: see {@link Request#force}.
 *
 * <p>A place that was given is kept until its request comes to the {@link BackgroundQueue}. Fields are guarded by the
 * connection's lock where nothing else is said.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_get_req} and {@code fuse_block_alloc}; gVisor's {@code fullQueueCh}.
 */
final class BackgroundWait {
    private final ConnectionCore core;
    private final Deque<Ticket> line = new ArrayDeque<>();
    private int kept;

    /** One who waits. */
    private static final class Ticket {
        final Thread thread = Thread.currentThread();
        /** There is a place, or nothing to wait for any more. Written under the lock. */
        volatile boolean called;
    }

    BackgroundWait(ConnectionCore core) {
        this.core = core;
    }

    /**
     * Waits for a place. Called without the lock, by a thread that may wait.
     *
     * @return OK if a place is kept; EINTR if the thread was interrupted, whose status is kept; what callers are told if the
     *         connection is over, or ends meanwhile
     */
    Errno await() {
        Ticket ticket;
        core.background.lock.lock();
        try {
            if (!core.state().isLive()) {
                return core.state().forCallers();
            }
            if (line.isEmpty() && core.background.hasRoom(kept)) {
                kept++;
                return Errno.OK;
            }
            ticket = new Ticket();
            line.add(ticket);
        } finally {
            core.background.lock.unlock();
        }
        while (!ticket.called) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                giveUp(ticket);
                Thread.currentThread().interrupt();
                return Errno.EINTR;
            }
        }
        return core.state().isLive() ? Errno.OK : core.profile().endWhileHeldBack();
    }

    private void giveUp(Ticket ticket) {
        core.background.lock.lock();
        try {
            if (!line.remove(ticket) && core.state().isLive()) {
                kept--;
                look();
            }
        } finally {
            core.background.lock.unlock();
        }
    }

    /** Under the lock: the request for which a place was kept is here. */
    void taken() {
        kept--;
    }

    /** Under the lock: there may be room. */
    void look() {
        while (!line.isEmpty() && core.background.hasRoom(kept)) {
            kept++;
            call(line.remove());
        }
    }

    /** Under the lock: the connection is over. */
    void end() {
        kept = 0;
        line.forEach(BackgroundWait::call);
        line.clear();
    }

    private static void call(Ticket ticket) {
        ticket.called = true;
        LockSupport.unpark(ticket.thread);
    }

    /** Under the lock: how many wait. */
    int waiting() {
        return line.size();
    }

    /** Under the lock: how many places are kept for requests that are not here yet. */
    int kept() {
        return kept;
    }
}
