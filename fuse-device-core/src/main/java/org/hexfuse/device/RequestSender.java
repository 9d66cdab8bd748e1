package org.hexfuse.device;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.IdleReaders.Reader;
import org.hexfuse.device.RequestState.State;

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
        RequestState progress = request.progress;
        progress.waiter(Thread.currentThread());
        progress.hold();
        if (!enqueue(progress)) {
            progress.release();
            throw FuseException.of(core.state().forCallers());
        }
        await(progress);
        if (progress.outcome() != Errno.OK) {
            throw FuseException.of(progress.outcome());
        }
    }

    void submit(Request request, Consumer<Errno> done) {
        RequestState progress = request.progress;
        progress.background = true;
        progress.done = done;
        Errno held = request.forced() ? Errno.OK : core.admission.await();
        progress.admitted = held == Errno.OK && !request.forced();
        if (held != Errno.OK || !enqueue(progress)) {
            RequestState.tell(done, held != Errno.OK ? held : core.state().forCallers());
            request.close();
        }
    }

    void post(Request request) {
        if (!enqueue(request.progress)) {
            request.close();
        }
    }

    /** Queues a request that carries an id of the server's. */
    void post(Request request, long unique) {
        request.progress.identified = true;
        request.progress.unique = unique;
        post(request);
    }

    /** Queues a request unless the connection is over. */
    private boolean enqueue(RequestState progress) {
        Reader reader;
        Opcode opcode = progress.request().opcode();
        long unique;
        core.lock.lock();
        try {
            if (!core.state().isLive()) {
                return false;
            }
            if (!core.accept(progress)) {
                return true;
            }
            unique = progress.unique;
            reader = core.reading.nextReader();
        } finally {
            core.lock.unlock();
        }
        core.observation.queued(opcode, unique);
        core.reading.wake(reader);
        return true;
    }

    /** Lets through the gate what may be under way at once, one by one. Called without the lock. */
    void letThrough() {
        while (core.gate.opens()) {
            Reader reader;
            Opcode opcode;
            long unique;
            core.lock.lock();
            try {
                RequestState progress = core.gate.next();
                if (progress == null) {
                    return;
                }
                core.makePending(progress);
                core.admission.look();
                opcode = progress.request().opcode();
                unique = progress.unique;
                reader = core.reading.nextReader();
            } finally {
                core.lock.unlock();
            }
            core.observation.queued(opcode, unique);
            core.reading.wake(reader);
        }
    }

    void forget(long node, long lookups) {
        Reader reader;
        core.lock.lock();
        try {
            if (!core.state().isLive()) {
                return;
            }
            core.queue.forgets().add(node, lookups);
            reader = core.reading.nextReader();
        } finally {
            core.lock.unlock();
        }
        core.reading.wake(reader);
    }

    private void await(RequestState progress) {
        if (core.spin.sees(progress::finished)) {
            return;
        }
        long own = progress.request().timeout();
        long general = core.init.requestTimeout(progress.request().opcode());
        boolean limited = (own | general) != 0;
        long start = limited ? System.nanoTime() : 0;
        boolean interrupted = false;
        progress.parks();
        while (!progress.finished()) {
            if (limited) {
                long passed = System.nanoTime() - start;
                if (own != 0 && passed >= own) {
                    giveUp(progress, Errno.ETIMEDOUT);
                    continue;
                }
                if (general != 0 && passed >= general) {
                    core.ending.timeOut(progress);
                    continue;
                }
                LockSupport.parkNanos(this, left(own, general, passed));
            } else {
                LockSupport.park(this);
            }
            if (Thread.interrupted()) {
                interrupted = true;
                giveUp(progress, Errno.EINTR);
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
     * The caller gives up: a request that nobody has read is taken back, of another the server is told. Who was interrupted
     * then waits on for the answer; whose time is over doesn't.
     */
    private void giveUp(RequestState progress, Errno why) {
        boolean takenBack = false;
        boolean told = false;
        core.lock.lock();
        try {
            if (progress.finished()) {
                return;
            }
            boolean untaken = progress.state == State.PENDING || progress.state == State.WAITING;
            if (untaken && (why != Errno.EINTR || !progress.request().forced())) {
                if (progress.state == State.PENDING) {
                    core.queue.pending().remove(progress);
                }
                takenBack = core.ended(progress, why);
            } else {
                told = tellServer(progress);
                if (why == Errno.ETIMEDOUT) {
                    progress.finish(why);
                }
            }
        } finally {
            core.lock.unlock();
        }
        if (why == Errno.ETIMEDOUT) {
            core.observation.timedOut(progress.request().opcode(), progress.unique, progress.queuedAt);
        }
        if (takenBack) {
            progress.release();
            core.calling.letThrough();
        }
        if (told) {
            core.reading.wake();
        }
    }

    /** Under the lock. Returns whether a message for the server was queued. */
    private boolean tellServer(RequestState progress) {
        if (progress.interrupted) {
            return false;
        }
        progress.interrupted = true;
        if (progress.state != State.SENT || !core.sendsInterrupts()) {
            return false;
        }
        core.queue.interrupt(progress);
        return true;
    }
}
