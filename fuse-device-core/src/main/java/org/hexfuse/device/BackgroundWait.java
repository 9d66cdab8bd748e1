package org.hexfuse.device;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Errno;

/**
 * Blocks senders of background requests at max_background, first come, first served: each slot that becomes free is reserved for
 * exactly one sender. Requests that release what the server holds, such as RELEASE, are not blocked: see {@link Request#force}.
 *
 * <p>A slot stays reserved until its request is added to the {@link BackgroundQueue}. Guarded by {@link BackgroundQueue#lock}.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_get_req} and {@code fuse_block_alloc}; gVisor's {@code fullQueueCh}.
 */
final class BackgroundWait {
    private final ConnectionCore core;
    private final Deque<Sender> senders = new ArrayDeque<>();
    private int reserved;

    /** A blocked sender. */
    private static final class Sender {
        final Thread thread = Thread.currentThread();
        /** A slot is reserved for it, or the connection was aborted. Written under the lock, read without. */
        volatile boolean released;
    }

    BackgroundWait(ConnectionCore core) {
        this.core = core;
    }

    /**
     * Reserves a slot; blocks until one is free. Called without locks.
     *
     * @return OK if a slot is reserved; EINTR if the thread was interrupted, whose interrupt status is kept;
     *         {@link DeviceState#forCallers} if the connection is not live; {@link KernelProfile.DeviceErrors#abortWhileBlocked} if it was
     *         aborted meanwhile
     */
    Errno await() {
        Sender sender;
        core.background.lock.lock();
        try {
            if (!core.state().isLive()) {
                return core.state().forCallers();
            }
            if (senders.isEmpty() && core.background.hasRoom(reserved)) {
                reserved++;
                return Errno.OK;
            }
            sender = new Sender();
            senders.add(sender);
        } finally {
            core.background.lock.unlock();
        }
        while (!sender.released) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                cancel(sender);
                Thread.currentThread().interrupt();
                return Errno.EINTR;
            }
        }
        return core.state().isLive() ? Errno.OK : core.profile().errors().abortWhileBlocked();
    }

    /** An interrupted sender leaves; a slot that was reserved for it goes to the next one. */
    private void cancel(Sender sender) {
        core.background.lock.lock();
        try {
            if (!senders.remove(sender) && core.state().isLive()) {
                reserved--;
                releaseSenders();
            }
        } finally {
            core.background.lock.unlock();
        }
    }

    /** Under the lock: the request with the reservation is being added. */
    void useReservation() {
        reserved--;
    }

    /** Under the lock: reserves free slots for blocked senders and unparks them. */
    void releaseSenders() {
        while (!senders.isEmpty() && core.background.hasRoom(reserved)) {
            reserved++;
            release(senders.remove());
        }
    }

    /** Under the lock: the connection was aborted. Unparks all senders. */
    void abort() {
        reserved = 0;
        senders.forEach(BackgroundWait::release);
        senders.clear();
    }

    private static void release(Sender sender) {
        sender.released = true;
        LockSupport.unpark(sender.thread);
    }

    /** Under the lock: the number of blocked senders. */
    int blocked() {
        return senders.size();
    }

    /** Under the lock: the number of slots reserved for requests that are not added yet. */
    int reserved() {
        return reserved;
    }
}
