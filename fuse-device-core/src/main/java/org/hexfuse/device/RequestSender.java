package org.hexfuse.device;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.IdleReaders.Reader;
import org.hexfuse.device.RequestState.Phase;
import org.hexfuse.transport.InlineReader;

/**
 * Queues the requests of callers and senders, and blocks callers until the reply.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_simple_request}, {@code request_wait_answer} and
 * {@code fuse_request_queue_background}.
 */
final class RequestSender {
    private final ConnectionCore core;

    RequestSender(ConnectionCore core) {
        this.core = core;
    }

    void call(RequestState request) {
        if (!isSent(request)) {
            throw FuseException.of(Errno.ENOSYS);
        }
        request.waiter(Thread.currentThread());
        request.hold();
        boolean queued = false;
        try {
            queued = enqueue(request);
        } finally {
            if (!queued) {
                request.release();
            }
        }
        if (!queued) {
            throw FuseException.of(core.state().forCallers());
        }
        await(request);
        if (request.outcome() != Errno.OK) {
            throw FuseException.of(request.outcome());
        }
    }

    void submit(RequestState request, Consumer<Errno> done) {
        if (!isSent(request)) {
            RequestState.complete(done, Errno.ENOSYS);
            request.release();
            return;
        }
        request.background = true;
        request.done = done;
        Errno blocked = request.isForced() ? Errno.OK : core.backgroundWait.await();
        request.reserved = blocked == Errno.OK && !request.isForced();
        if (blocked != Errno.OK || !enqueue(request)) {
            RequestState.complete(done, blocked != Errno.OK ? blocked : core.state().forCallers());
            request.release();
        }
    }

    void post(RequestState request) {
        if (!isSent(request) || !enqueue(request)) {
            request.release();
        }
    }

    /** Queues a request whose unique the server chose. */
    void post(RequestState request, long unique) {
        request.serverUnique = true;
        request.unique = unique;
        post(request);
    }

    /** Whether the emulated kernel has the opcode. */
    private boolean isSent(RequestState request) {
        return core.profile().sends(request.opcode());
    }

    /** Queues a request, pending or blocked. Returns false if the connection is not live. */
    private boolean enqueue(RequestState request) {
        core.observers.stamp(request);
        if (isReadInline(request)) {
            return true;
        }
        boolean limited = core.background.limits(request);
        copyLentData(request);
        // The listener gets the unique of a request whose reply may have come already: it must not be recycled meanwhile.
        boolean observed = core.observers.isObserved();
        if (observed) {
            request.hold();
        }
        Reader reader = limited ? addLimited(request) : core.input.add(request);
        if (reader != InputQueue.NOT_LIVE && reader != InputQueue.BLOCKED) {
            if (observed) {
                core.observers.queued(request);
            }
            core.input.wake(reader);
        }
        if (observed) {
            request.release();
        }
        return reader != InputQueue.NOT_LIVE;
    }

    private void copyLentData(RequestState request) {
        try {
            request.copyLentData();
        } catch (RuntimeException e) {
            if (request.active) {
                core.endRequest(request, Errno.EFAULT);
                admitBlocked();
            }
            throw e;
        }
    }

    /** Has the inline reader run a request on this thread, its caller's. Returns false if there is none, or it did not take it. */
    private boolean isReadInline(RequestState request) {
        InlineReader reader = core.inlineReader;
        if (reader == null || request.serverUnique || !request.opcode().expectsReply()
                || (core.background.limits(request) && !isAdmittedAtOnce(request))) {
            return false;
        }
        if (request.hasWaiter()) {
            return readForCaller(request, reader);
        }
        // The handler may read the memory until it returns, though an abort ends the request meanwhile.
        request.hold();
        try {
            return reader.read(request);
        } finally {
            request.release();
        }
    }

    private static boolean readForCaller(RequestState request, InlineReader reader) {
        boolean read = reader.read(request);
        if (read && request.lendsData() && !request.isFinished()) {
            request.handle.endLending(request);
        }
        return read;
    }

    /** Admits a limited request unless it would be blocked. It is in no part of the connection then, but active. */
    private boolean isAdmittedAtOnce(RequestState request) {
        core.background.lock.lock();
        try {
            return core.state().isLive() && core.background.admitsAtOnce() && admits(request);
        } finally {
            core.background.lock.unlock();
        }
    }

    private Reader addLimited(RequestState request) {
        core.background.lock.lock();
        try {
            if (!core.state().isLive()) {
                if (request.active) {
                    core.background.end(request);
                }
                return InputQueue.NOT_LIVE;
            }
            // Abort drains the background queue before the input queue, and waits for this lock.
            return request.active || admits(request) ? core.input.addAdmitted(request) : InputQueue.BLOCKED;
        } finally {
            core.background.lock.unlock();
        }
    }

    /** Under the background queue's lock: adds a request to it. Returns whether it is admitted; else it is blocked. */
    private boolean admits(RequestState request) {
        if (request.reserved) {
            core.backgroundWait.useReservation();
        }
        return core.background.add(request);
    }

    /** Admits blocked requests up to the maximum. Called without locks. */
    void admitBlocked() {
        while (core.background.canAdmit()) {
            RequestState request;
            Reader reader;
            core.background.lock.lock();
            try {
                request = core.background.admitNext();
                if (request == null) {
                    return;
                }
                if (core.observers.isObserved()) {
                    request.hold();
                }
                reader = core.input.addAdmitted(request);
                core.backgroundWait.releaseSenders();
            } finally {
                core.background.lock.unlock();
            }
            if (core.observers.isObserved()) {
                core.observers.queued(request);
                request.release();
            }
            core.input.wake(reader);
        }
    }

    void forget(long node, long lookups) {
        if (!core.profile().sends(Opcode.FORGET)) {
            return;
        }
        InlineReader reader = core.inlineReader;
        if (reader == null || !core.input.isReadInline(reader, node, lookups)) {
            core.input.forget(node, lookups);
        }
    }

    private void await(RequestState request) {
        if (request.isFinished()) {
            return;
        }
        boolean alone = core.handOff.begin();
        try {
            if (!core.handOff.spinsForReply(request::isFinished, alone)) {
                park(request);
            }
        } finally {
            core.handOff.end();
        }
    }

    private void park(RequestState request) {
        long own = request.timeout();
        long general = core.init.parkTimeout(request.opcode());
        boolean limited = (own | general) != 0;
        long start = limited ? System.nanoTime() : 0;
        boolean interrupted = false;
        request.beforePark();
        while (!request.isFinished()) {
            if (request.takeInterruptRequest()) {
                cancel(request, Errno.EINTR);
                continue;
            }
            if (limited) {
                long passed = System.nanoTime() - start;
                if (own != 0 && passed >= own) {
                    cancel(request, Errno.ETIMEDOUT);
                    continue;
                }
                if (general != 0 && passed >= general) {
                    core.abort.abortOnTimeout(request);
                    continue;
                }
                LockSupport.parkNanos(this, remaining(own, general, passed));
            } else {
                LockSupport.park(this);
            }
            if (Thread.interrupted()) {
                interrupted = true;
                cancel(request, Errno.EINTR);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static long remaining(long own, long general, long passed) {
        long timeout = own == 0 ? general : general == 0 ? own : Math.min(own, general);
        return timeout - passed;
    }

    /**
     * The caller was interrupted or timed out. A blocked or pending request is dequeued; for a SENT one INTERRUPT is queued, for
     * a READING one {@link ConnectionHandle#sent} queues it. An interrupted caller keeps waiting for the reply of such a request,
     * a caller that timed out does not. A forced request of an interrupted caller is never dequeued.
     */
    private void cancel(RequestState request, Errno cause) {
        boolean dequeues = cause != Errno.EINTR || !request.isForced();
        if (dequeues && (removeBlocked(request) || core.input.dequeue(request))) {
            core.endRequest(request, cause);
            reportTimeout(request, cause);
            request.release();
            admitBlocked();
            return;
        }
        if (!request.interrupted) {
            // Before the phase is read: a thread that sets SENT reads this flag afterwards, so that one of both queues INTERRUPT.
            request.interrupted = true;
            if (request.phase == Phase.SENT) {
                core.input.interrupt(request);
            }
        }
        if (cause == Errno.ETIMEDOUT && request.finish(cause)) {
            reportTimeout(request, cause);
        }
    }

    private void reportTimeout(RequestState request, Errno cause) {
        if (cause == Errno.ETIMEDOUT) {
            core.observers.timedOut(request.opcode(), request.unique, request.queuedAt);
        }
    }

    private boolean removeBlocked(RequestState request) {
        if (!core.background.limits(request)) {
            return false;
        }
        core.background.lock.lock();
        try {
            if (request.phase != Phase.BLOCKED) {
                return false;
            }
            core.background.blocked().remove(request);
            request.phase = Phase.DONE;
            return true;
        } finally {
            core.background.lock.unlock();
        }
    }
}
