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
 * How a connection ends, or one of its handles: everybody wakes with a defined error, and no memory is taken away from a
 * transport that copies.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_abort_conn}, {@code fuse_dev_release} and {@code fuse_check_timeout}.
 */
final class Abort {
    private static final Logger LOG = Loggers.of(Abort.class);

    private final ConnectionCore core;
    private volatile boolean byControl;
    private volatile Thread watchdog;

    Abort(ConnectionCore core) {
        this.core = core;
    }

    /** Whether the connection was ended through its control file. */
    boolean isByControl() { return byControl; }

    /** A thread that is to be woken when the connection is over. */
    void endWith(Thread thread) {
        watchdog = thread;
        if (!core.state().isLive()) {
            LockSupport.unpark(thread);
        }
    }

    /** The thread that is woken when the connection is over, or null. */
    Thread watchdog() {
        return watchdog;
    }

    /** Ends the connection, once. */
    void end(boolean control) {
        end(control, null);
    }

    /** A request has no reply in time, which ends the connection. */
    void timeOut(RequestState late) {
        end(false, new Late(late));
    }

    /** Ends the connection if a request is in flight for longer than {@code timeout} nanoseconds and is not being copied. */
    void timeOutLate(long timeout) {
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
            core.background.line().forFirst(collector);
            core.input.queue.pending().forFirst(collector);
            core.forEachTable(table -> locked(table, () -> table.forEach(collector)));
        } finally {
            core.input.lock.unlock();
            core.background.lock.unlock();
            core.lock.unlock();
        }
        if (late.get() != null) {
            end(false, late.get());
        }
    }

    private boolean isLate(RequestState request, long limit) {
        return request.queuedAt != 0 && request.queuedAt - limit < 0 && !request.finished()
                && request.phase != Phase.READING && request.phase != Phase.WRITING
                && core.init.requestTimeout(request.request().opcode()) != 0;
    }

    private static void locked(ProcessingTable table, Runnable action) {
        table.lock.lock();
        try {
            action.run();
        } finally {
            table.lock.unlock();
        }
    }

    /** A request without a reply in time, and when it was queued: its object may have become another request meanwhile. */
    private record Late(RequestState request, long queuedAt) {
        Late(RequestState request) {
            this(request, request.queuedAt);
        }

        boolean isAnswered() { return request.finished() || request.queuedAt != queuedAt; }
    }

    /**
     * Ends the connection.
     *
     * @param late a request that gets ETIMEDOUT, where the others get ECONNABORTED, if it is not answered by now; or null
     */
    private void end(boolean control, Late late) {
        var removed = new ArrayList<RequestState>();
        var copied = new ArrayList<RequestState>();
        core.lock.lock();
        try {
            if (!core.state().isLive() || (late != null && late.isAnswered())) {
                return;
            }
            // First: a reader that sees the new state reads this to choose between ENODEV and ECONNABORTED.
            byControl = control;
            // Nothing is added to a part from now on, see ConnectionCore.
            core.happened(Event.END);
            empty(core.background.line(), core.background.lock, removed);
            endWaiters();
            empty(core.input.queue.pending(), core.input.lock, removed);
            core.input.end();
            core.forEachTable(table -> locked(table, () -> {
                drainSent(table, removed);
                table.forEach(request -> endWhileCopied(request, late, copied));
            }));
        } finally {
            core.lock.unlock();
        }
        if (late != null) {
            LOG.warn("no answer to {} in time: the connection is aborted", late.request().request().opcode());
            core.observation.timedOut(late.request().request().opcode(), late.request().unique, late.queuedAt());
        }
        core.observation.aborted(removed.size() + copied.size());
        release(removed, late);
        copied.forEach(Abort::tell);
        core.signalIfDraining();
        core.init.end();
        core.input.runWaiters();
        core.backing.end();
        core.sink.ended();
        LockSupport.unpark(watchdog);
    }

    private void endWaiters() {
        core.background.lock.lock();
        try {
            core.backgroundWait.end();
        } finally {
            core.background.lock.unlock();
        }
    }

    private static void empty(RequestList part, ReentrantLock lock, List<RequestState> removed) {
        lock.lock();
        try {
            while (!part.isEmpty()) {
                RequestState request = part.remove();
                request.phase = Phase.DONE;
                removed.add(request);
            }
        } finally {
            lock.unlock();
        }
    }

    /** One of the handles is closed: what was taken from it ends, and with the last handle everything does. */
    void close(ConnectionHandle handle) {
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
            end(false);
        } else if (!core.profile().sharesProcessing()) {
            if (closeTable(table, removed)) {
                core.emptied(table);
            }
        }
        core.input.wakeAll();
        release(removed, null);
        core.sender.admitNext();
        core.input.runWaiters();
    }

    /**
     * Closes the table of a handle. Under the input queue's lock: a reader that saw the handle open under it has added its request
     * by now, and INTERRUPT is queued under it for requests that are still SENT.
     *
     * @return whether the table is empty, so that abort need not visit it
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

    /** Ends requests that are in no part any more. */
    private void release(List<RequestState> removed, Late late) {
        for (RequestState request : removed) {
            core.input.dropInterrupt(request);
            if (core.ended(request, errno(request, late))) {
                tell(request);
            } else {
                request.release();
            }
        }
    }

    /** Its caller goes on at once; the transport, which still has the memory, ends it for the device. */
    private static void endWhileCopied(RequestState request, Late late, List<RequestState> copied) {
        if (request.finish(errno(request, late))) {
            request.hold();
            copied.add(request);
        }
    }

    private static void tell(RequestState request) {
        request.tell();
        request.release();
    }

    private static Errno errno(RequestState request, Late late) {
        return late != null && request == late.request() ? Errno.ETIMEDOUT : Errno.ECONNABORTED;
    }

    /** Waits until everything that was sent has reached the server, or the time has passed. */
    void drain(Duration timeout) {
        try {
            core.drain(timeout.toNanos());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
