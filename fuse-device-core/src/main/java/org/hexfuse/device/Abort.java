package org.hexfuse.device;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.DeviceState.Event;
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
        end(control, null, 0);
    }

    /** A request has no answer in time, which ends the connection. */
    void timeOut(RequestState late) {
        end(false, late, late.queuedAt);
    }

    /** Ends the connection if a request is longer under way than {@code timeout} nanoseconds and is not being copied. */
    void timeOutLate(long timeout) {
        long limit = System.nanoTime() - timeout;
        var late = new ArrayList<RequestState>(1);
        long queuedAt;
        core.lock.lock();
        try {
            if (!core.queue.pending().isEmpty()) {
                collect(core.queue.pending().first(), limit, late);
            }
            if (!core.gate.line().isEmpty()) {
                collect(core.gate.line().first(), limit, late);
            }
            core.shared.forEach(progress -> collect(progress, limit, late));
            core.handles.forEach(handle -> handle.processing().forEach(progress -> collect(progress, limit, late)));
            if (late.isEmpty()) {
                return;
            }
            queuedAt = late.getFirst().queuedAt;
        } finally {
            core.lock.unlock();
        }
        end(false, late.getFirst(), queuedAt);
    }

    private void collect(RequestState progress, long limit, List<RequestState> late) {
        if (late.isEmpty() && progress.queuedAt != 0 && progress.queuedAt - limit < 0 && !progress.finished()
                && core.init.requestTimeout(progress.request().opcode()) != 0) {
            late.add(progress);
        }
    }

    /**
     * Ends the connection.
     *
     * @param late a request that gets ETIMEDOUT, where the others get ECONNABORTED, if it is not answered by now; or null
     * @param queuedAt when that was queued: its object may be another request by now
     */
    private void end(boolean control, RequestState late, long queuedAt) {
        var ended = new ArrayList<RequestState>();
        Opcode opcode = null;
        long unique = 0;
        core.lock.lock();
        try {
            if (!core.state().isLive()) {
                return;
            }
            if (late != null) {
                if (late.finished() || late.queuedAt != queuedAt) {
                    return;
                }
                opcode = late.request().opcode();
                unique = late.unique;
            }
            core.happened(Event.END);
            byControl = control;
            while (!core.queue.pending().isEmpty()) {
                endLater(core.queue.pending().remove(), late, ended);
            }
            while (!core.gate.line().isEmpty()) {
                endLater(core.gate.line().first(), late, ended);
            }
            core.shared.drain(progress -> endLater(progress, late, ended));
            core.handles.forEach(handle -> handle.processing().drain(progress -> endLater(progress, late, ended)));
            core.copying.forEach(progress -> endWhileCopied(progress, late, ended));
            core.queue.clearInterrupts();
            core.queue.forgets().clear();
            core.reading.wakeAll();
            core.admission.end();
            core.quiet().signalAll();
        } finally {
            core.lock.unlock();
        }
        if (late != null) {
            LOG.warn("no answer to {} in time: the connection is aborted", opcode);
            core.observation.timedOut(opcode, unique, queuedAt);
        }
        core.observation.aborted(ended.size());
        tell(ended);
        core.init.end();
        core.reading.runWaiters();
        core.backing.end();
        core.sink.ended();
        LockSupport.unpark(watchdog);
    }

    /** One of the handles is closed: what was taken from it ends, and with the last one everything does. */
    void close(ConnectionHandle handle) {
        var ended = new ArrayList<RequestState>();
        boolean last;
        core.lock.lock();
        try {
            last = core.handles.size() == 1 && core.handles.contains(handle);
            if (!last) {
                core.handles.remove(handle);
            }
            if (!last && !core.profile().sharesProcessing()) {
                handle.processing().drain(progress -> endLater(progress, null, ended));
            }
            core.reading.wakeAll();
        } finally {
            core.lock.unlock();
        }
        tell(ended);
        if (last) {
            end(false);
        }
        core.calling.letThrough();
        core.reading.runWaiters();
    }

    private void endLater(RequestState progress, RequestState late, List<RequestState> ended) {
        core.queue.dropInterrupt(progress);
        core.ended(progress, errno(progress, late));
        ended.add(progress);
    }

    /** Its caller goes on at once; the transport, which still has the memory, ends it for the device. */
    private static void endWhileCopied(RequestState progress, RequestState late, List<RequestState> ended) {
        if (progress.finish(errno(progress, late))) {
            progress.hold();
            ended.add(progress);
        }
    }

    private static Errno errno(RequestState progress, RequestState late) {
        return progress == late ? Errno.ETIMEDOUT : Errno.ECONNABORTED;
    }

    private static void tell(List<RequestState> ended) {
        for (RequestState progress : ended) {
            progress.tell();
            progress.release();
        }
    }

    /** Waits until everything that was asked for has reached the server, or the time is over. */
    void drain(Duration timeout) {
        long left = timeout.toNanos();
        core.lock.lock();
        try {
            while (core.state().isLive() && !core.isQuiet() && left > 0) {
                left = core.quiet().awaitNanos(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            core.lock.unlock();
        }
    }
}
