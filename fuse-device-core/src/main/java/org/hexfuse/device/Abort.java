package org.hexfuse.device;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.device.DeviceState.Event;
import org.hexfuse.device.RequestState.Phase;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * Aborts a connection, or closes one of its handles: every caller, sender, reader and poller wakes with a defined error, and a
 * transport that copies keeps the memory of its request.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_abort_conn}, {@code fuse_dev_release} and {@code fuse_check_timeout}.
 */
final class Abort {
    private static final Logger LOG = Loggers.of(Abort.class);

    private final ConnectionCore core;
    private volatile boolean byControl;
    private volatile Thread timeoutThread;

    Abort(ConnectionCore core) {
        this.core = core;
    }

    /** Whether the connection was aborted through its control file. */
    boolean isByControl() { return byControl; }

    /** Sets the thread of {@link RequestTimeouts}, which abort unparks. */
    void timeoutThread(Thread thread) {
        timeoutThread = thread;
        if (!core.state().isLive()) {
            LockSupport.unpark(thread);
        }
    }

    /** The thread of {@link RequestTimeouts}, or null. */
    Thread timeoutThread() {
        return timeoutThread;
    }

    /** Aborts the connection. Does nothing if it is not live. */
    void abort(boolean control) {
        abort(control, null);
    }

    /** Aborts the connection because a request has no reply within the request timeout. */
    void abortOnTimeout(RequestState request) {
        abort(false, new Late(request));
    }

    /** Aborts the connection if a request is outstanding for more than {@code timeout} nanoseconds. */
    void checkTimeouts(long timeout) {
        long limit = System.nanoTime() - timeout;
        var late = new AtomicReference<Late>();
        Consumer<RequestState> collector = request -> {
            if (late.get() == null && isLate(request, limit)) {
                late.set(new Late(request));
            }
        };
        core.lock.lock();
        core.background.lock.lock();
        core.input.lock.lock();
        try {
            core.background.blocked().forFirst(collector);
            core.input.queue.pending().forFirst(collector);
            core.forEachTable(table -> locked(table, () -> table.forEach(collector)));
        } finally {
            core.input.lock.unlock();
            core.background.lock.unlock();
            core.lock.unlock();
        }
        if (late.get() != null) {
            abort(false, late.get());
        }
    }

    private boolean isLate(RequestState request, long limit) {
        return request.queuedAt != 0 && request.queuedAt - limit < 0 && !request.isFinished()
                && core.init.requestTimeout(request.opcode()) != 0;
    }

    private static void locked(ProcessingTable table, Runnable action) {
        table.lock.lock();
        try {
            action.run();
        } finally {
            table.lock.unlock();
        }
    }

    /** A request without a reply in time, and when it was queued: its object may have been recycled for another one since. */
    private record Late(RequestState request, long queuedAt) {
        Late(RequestState request) {
            this(request, request.queuedAt);
        }

        boolean hasEnded() { return request.isFinished() || request.queuedAt != queuedAt; }
    }

    /**
     * Aborts the connection.
     *
     * @param late a request that gets ETIMEDOUT, while the others get ECONNABORTED; if it has ended meanwhile, nothing is
     *        aborted; or null
     */
    private void abort(boolean control, Late late) {
        var removed = new ArrayList<RequestState>();
        var copied = new ArrayList<RequestState>();
        core.lock.lock();
        try {
            if (!core.state().isLive() || (late != null && late.hasEnded())) {
                return;
            }
            // Before the state: a reader that sees the new state reads this to choose between ENODEV and ECONNABORTED.
            byControl = control;
            // No request is added to a part from now on, see ConnectionCore.
            core.apply(Event.ABORT);
            drain(core.background.blocked(), core.background.lock, removed);
            abortSenders();
            drain(core.input.queue.pending(), core.input.lock, removed);
            core.input.abort();
            core.forEachTable(table -> locked(table, () -> {
                drainSent(table, removed);
                table.forEach(request -> finishCopied(request, late, copied));
            }));
        } finally {
            core.lock.unlock();
        }
        if (late != null) {
            LOG.warn("no reply to {} within the request timeout: the connection is aborted", late.request().opcode());
            core.observers.timedOut(late.request().opcode(), late.request().unique, late.queuedAt());
        }
        core.observers.aborted(removed.size() + copied.size());
        endRequests(removed, late);
        copied.forEach(Abort::completeAndRelease);
        core.signalIfDraining();
        core.init.abort();
        core.input.waiters.run();
        core.backing.abort();
        core.sink.ended();
        LockSupport.unpark(timeoutThread);
    }

    private void abortSenders() {
        core.background.lock.lock();
        try {
            core.backgroundWait.abort();
        } finally {
            core.background.lock.unlock();
        }
    }

    private static void drain(RequestList list, ReentrantLock lock, List<RequestState> removed) {
        lock.lock();
        try {
            while (!list.isEmpty()) {
                RequestState request = list.removeFirst();
                request.phase = Phase.DONE;
                removed.add(request);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Aborts the SENT requests of a closed handle, or the connection if the handle was its last one. */
    void closeHandle(ConnectionHandle handle) {
        var removed = new ArrayList<RequestState>();
        boolean last;
        core.lock.lock();
        try {
            last = core.handles.size() == 1 && core.handles.contains(handle);
            if (!last) {
                core.handles.remove(handle);
            }
        } finally {
            core.lock.unlock();
        }
        ProcessingTable table = handle.processing();
        if (last) {
            abort(false);
        } else if (!core.profile().sharesProcessing()) {
            if (closeTable(table, removed)) {
                core.removeTable(table);
            }
        }
        core.input.wakeAll();
        endRequests(removed, null);
        core.sender.admitBlocked();
        core.input.waiters.run();
    }

    /**
     * Closes the table of a handle, under the input queue's lock: a reader that saw the handle open under it has added its
     * request by now, and INTERRUPT is queued under it for SENT requests only.
     *
     * @return whether the table is empty, so that abort need not drain it
     */
    private boolean closeTable(ProcessingTable table, List<RequestState> removed) {
        core.input.lock.lock();
        table.lock.lock();
        try {
            table.close();
            drainSent(table, removed);
            return table.size() == 0;
        } finally {
            table.lock.unlock();
            core.input.lock.unlock();
        }
    }

    private static void drainSent(ProcessingTable table, List<RequestState> removed) {
        table.drainSent(request -> {
            request.phase = Phase.DONE;
            removed.add(request);
        });
    }

    /** Ends requests that were removed from the parts that had them. */
    private void endRequests(List<RequestState> removed, Late late) {
        for (RequestState request : removed) {
            core.input.dropInterrupt(request);
            if (core.endRequest(request, errno(request, late))) {
                completeAndRelease(request);
            } else {
                request.release();
            }
        }
    }

    /** Ends the caller's wait at once. The transport, which still uses the memory, ends the request itself. */
    private static void finishCopied(RequestState request, Late late, List<RequestState> copied) {
        if (request.finish(errno(request, late))) {
            request.hold();
            copied.add(request);
        }
    }

    private static void completeAndRelease(RequestState request) {
        request.complete();
        request.release();
    }

    private static Errno errno(RequestState request, Late late) {
        return late != null && request == late.request() ? Errno.ETIMEDOUT : Errno.ECONNABORTED;
    }

    /** Waits as {@link ConnectionCore#drain} does; an interrupt ends the wait and is kept. */
    void drain(Duration timeout) {
        try {
            core.drain(timeout.toNanos());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
