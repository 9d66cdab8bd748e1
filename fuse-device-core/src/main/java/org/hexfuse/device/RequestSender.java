package org.hexfuse.device;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.device.IdleReaders.Reader;
import org.hexfuse.device.RequestState.Phase;

/**
 * The side of a connection that requests come from: queueing them, and waiting for their replies.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_simple_request}, {@code request_wait_answer} and
 * {@code fuse_request_queue_background}.
 */
final class RequestSender {
    private final ConnectionCore core;

    RequestSender(ConnectionCore core) {
        this.core = core;
    }

    void call(Request request) {
        RequestState state = request.state;
        state.waiter(Thread.currentThread());
        state.hold();
        if (!enqueue(state)) {
            state.release();
            throw FuseException.of(core.state().forCallers());
        }
        await(state);
        if (state.outcome() != Errno.OK) {
            throw FuseException.of(state.outcome());
        }
    }

    void submit(Request request, Consumer<Errno> done) {
        RequestState state = request.state;
        state.background = true;
        state.done = done;
        Errno held = request.forced() ? Errno.OK : core.backgroundWait.await();
        state.admitted = held == Errno.OK && !request.forced();
        if (held != Errno.OK || !enqueue(state)) {
            RequestState.tell(done, held != Errno.OK ? held : core.state().forCallers());
            request.close();
        }
    }

    void post(Request request) {
        if (!enqueue(request.state)) {
            request.close();
        }
    }

    /** Queues a request that carries an id of the server's. */
    void post(Request request, long unique) {
        request.state.identified = true;
        request.state.unique = unique;
        post(request);
    }

    /** Queues a request, or has it wait in line. Returns false if the connection is not live. */
    private boolean enqueue(RequestState state) {
        core.observation.stamp(state);
        // The observer gets the id of a request that may have been answered by then: it must not be recycled meanwhile.
        boolean observed = core.observation.observes();
        if (observed) {
            state.hold();
        }
        Reader reader = core.background.limits(state) ? admit(state) : core.input.add(state);
        if (reader != InputQueue.REFUSED && reader != InputQueue.IN_LINE) {
            if (observed) {
                core.observation.queued(state);
            }
            core.input.wake(reader);
        }
        if (observed) {
            state.release();
        }
        return reader != InputQueue.REFUSED;
    }

    private Reader admit(RequestState state) {
        core.background.lock.lock();
        try {
            if (!core.state().isLive()) {
                return InputQueue.REFUSED;
            }
            if (state.admitted) {
                core.backgroundWait.taken();
            }
            // Abort, which empties the line before the input queue, waits for this lock.
            return core.background.enter(state) ? core.input.addAdmitted(state) : InputQueue.IN_LINE;
        } finally {
            core.background.lock.unlock();
        }
    }

    /** Admits what may be in flight at once, one by one. Called without locks. */
    void admitNext() {
        while (core.background.opens()) {
            RequestState state;
            Reader reader;
            core.background.lock.lock();
            try {
                state = core.background.next();
                if (state == null) {
                    return;
                }
                if (core.observation.observes()) {
                    state.hold();
                }
                reader = core.input.addAdmitted(state);
                core.backgroundWait.look();
            } finally {
                core.background.lock.unlock();
            }
            if (core.observation.observes()) {
                core.observation.queued(state);
                state.release();
            }
            core.input.wake(reader);
        }
    }

    void forget(long node, long lookups) {
        core.input.forget(node, lookups);
    }

    private void await(RequestState state) {
        if (state.finished() || core.spin.sees(state::finished)) {
            return;
        }
        long own = state.request().timeout();
        long general = core.init.requestTimeout(state.request().opcode());
        boolean limited = (own | general) != 0;
        long start = limited ? System.nanoTime() : 0;
        boolean interrupted = false;
        state.parks();
        while (!state.finished()) {
            if (limited) {
                long passed = System.nanoTime() - start;
                if (own != 0 && passed >= own) {
                    giveUp(state, Errno.ETIMEDOUT);
                    continue;
                }
                if (general != 0 && passed >= general) {
                    core.abort.timeOut(state);
                    continue;
                }
                LockSupport.parkNanos(this, left(own, general, passed));
            } else {
                LockSupport.park(this);
            }
            if (Thread.interrupted()) {
                interrupted = true;
                giveUp(state, Errno.EINTR);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static long left(long own, long general, long passed) {
        long first = own == 0 ? general : general == 0 ? own : Math.min(own, general);
        return first - passed;
    }

    /**
     * The caller stops waiting: a request that nobody has read is dequeued; for another INTERRUPT is sent. An interrupted caller
     * then keeps waiting for the reply, one whose time has passed does not.
     */
    private void giveUp(RequestState state, Errno why) {
        boolean dequeues = why != Errno.EINTR || !state.request().forced();
        if (dequeues && (leaveLine(state) || core.input.remove(state))) {
            core.ended(state, why);
            observe(state, why);
            state.release();
            admitNext();
            return;
        }
        if (!state.interrupted) {
            // Before the phase is read: whoever makes it SENT reads this flag afterwards, so that one of the two sends INTERRUPT.
            state.interrupted = true;
            if (state.phase == Phase.SENT) {
                core.input.interrupt(state);
            }
        }
        if (why == Errno.ETIMEDOUT && state.finish(why)) {
            observe(state, why);
        }
    }

    private void observe(RequestState state, Errno why) {
        if (why == Errno.ETIMEDOUT) {
            core.observation.timedOut(state.request().opcode(), state.unique, state.queuedAt);
        }
    }

    private boolean leaveLine(RequestState state) {
        if (!core.background.limits(state)) {
            return false;
        }
        core.background.lock.lock();
        try {
            if (state.phase != Phase.WAITING) {
                return false;
            }
            core.background.line().remove(state);
            state.phase = Phase.DONE;
            return true;
        } finally {
            core.background.lock.unlock();
        }
    }
}
