package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.device.IdleReaders.Reader;
import org.hexfuse.device.RequestState.Phase;
import org.hexfuse.transport.InlineReader;
import org.hexfuse.transport.CallerRequest;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.OutgoingRequest;

/**
 * One open of the device, bound to a connection: its processing table, and the replies to the requests in it.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_dev_do_write} and {@code fuse_dev_release}.
 */
final class ConnectionHandle implements DeviceHandle {
    private static final int LARGEST_ERRNO = 511;
    /** How many ids a handle takes at once, so that callers on several processors seldom share the counter. */
    private static final int UNIQUES = 64;

    private final ConnectionCore core;
    private final ProcessingTable processing;
    private volatile boolean closed;
    /** The ids for requests that are read inline, a block at a time. Guarded by the table's lock. */
    private long unique;
    private long lastUnique;

    private ConnectionHandle(ConnectionCore core) {
        this.core = core;
        this.processing = core.profile().sharesProcessing() ? core.sharedProcessing : new ProcessingTable();
    }

    static ConnectionHandle open(ConnectionCore core) {
        var handle = new ConnectionHandle(core);
        core.addHandle(handle);
        return handle;
    }

    ProcessingTable processing() {
        return processing;
    }

    @Override public OutgoingRequest take(long capacity) throws InterruptedException {
        return core.input.take(this, capacity);
    }

    @Override public OutgoingRequest poll(long capacity) {
        return core.input.poll(this, capacity);
    }

    @Override public OutgoingRequest take(CallerRequest callers, long capacity) {
        return callers instanceof RequestState request ? take(request, capacity) : take((ControlMessage) callers);
    }

    /** A FORGET has no reply, so that it needs no place in the processing table. */
    private OutgoingRequest take(ControlMessage forget) {
        processing.lock.lock();
        try {
            return takesInline() ? forget.unique(nextUnique()) : null;
        } finally {
            processing.lock.unlock();
        }
    }

    /** Under the table's lock. */
    private boolean takesInline() {
        return !processing.isClosed() && !closed && core.state().isLive();
    }

    private OutgoingRequest take(RequestState request, long capacity) {
        if (request.size() > capacity) {
            return null;
        }
        processing.lock.lock();
        try {
            if (!takesInline()) {
                return null;
            }
            request.assignUnique(nextUnique());
            add(request, Phase.SENT);
        } finally {
            processing.lock.unlock();
        }
        if (core.observers.isObserved()) {
            core.observers.queued(request);
            core.observers.read(request.opcode(), request.unique, request.queuedAt);
        }
        return request;
    }

    /** The inline reader has returned. If the reply is still to come, no transport may read the caller's memory for RESEND. */
    void endLending(RequestState request) {
        processing.lock.lock();
        try {
            request.copyLentData();
        } finally {
            processing.lock.unlock();
        }
    }

    /** Under the table's lock. */
    private long nextUnique() {
        if (unique == lastUnique) {
            lastUnique = core.uniques.addAndGet(2L * UNIQUES);
            unique = lastUnique - 2L * UNIQUES;
        }
        unique += 2;
        return unique;
    }

    @Override public void inlineReader(InlineReader reader) {
        core.inlineReader = reader;
    }

    /**
     * Moves a request from the input queue to this handle's processing table. Called under the queue's lock, under which the
     * handle was seen open and under which the table is closed: so the table is open. If the handle is closed meanwhile,
     * {@link #sent} ends the request.
     */
    void startReading(RequestState request) {
        processing.lock.lock();
        try {
            add(request, Phase.READING);
        } finally {
            processing.lock.unlock();
        }
    }

    private void add(RequestState request, Phase phase) {
        request.handle = this;
        request.phase = phase;
        processing.add(request);
    }

    /** The transport has copied a request. */
    void sent(RequestState request) {
        boolean expectsReply = request.opcode().expectsReply();
        boolean ends;
        boolean interrupted = false;
        core.observers.read(request.opcode(), request.unique, request.queuedAt);
        processing.lock.lock();
        try {
            // No reply can come over a closed handle, and abort has drained the SENT requests already.
            ends = !expectsReply || processing.isClosed() || !core.state().isLive();
            if (!ends) {
                request.phase = Phase.SENT;
                interrupted = request.interrupted;
            }
        } finally {
            processing.lock.unlock();
        }
        if (ends) {
            remove(request);
            completeAndRelease(request,
                    core.endRequest(request, expectsReply ? Errno.ECONNABORTED : Errno.OK));
        } else if (interrupted) {
            core.input.interrupt(request);
        }
    }

    @Override public Delivery reply(long unique, int error, long length) {
        if (unique == 0) {
            return notification(error, length);
        }
        boolean validError = error <= 0 && error >= -LARGEST_ERRNO;
        if (!validError && !core.profile().badErrnoEndsCaller()) {
            return Verdict.of(Errno.EINVAL);
        }
        return (unique & 1) != 0 ? interruptReply(unique & ~1L, error, length)
                : requestReply(unique, error, length, validError);
    }

    private Delivery notification(int error, long length) {
        NotifyCode code = NotifyCode.of(error).orElse(null);
        ConnectionInfo negotiated = core.init.negotiated();
        if (negotiated == null || !core.state().isLive() || closed || code == null
                || !NotificationDelivery.accepts(code, length, core.maxMessage)) {
            return Verdict.of(Errno.EINVAL);
        }
        return new NotificationDelivery(core, negotiated, code, length);
    }

    private Delivery requestReply(long unique, int error, long length, boolean validError) {
        RequestState request;
        processing.lock.lock();
        try {
            request = find(unique);
            if (request != null && request.isInCall()) {
                // The caller itself copies the reply, and nothing keeps it from doing so at once.
                processing.remove(request);
                request.phase = Phase.DONE;
            } else if (request != null) {
                request.phase = Phase.WRITING;
            }
        } finally {
            processing.lock.unlock();
        }
        if (request == null) {
            return unknownUnique();
        }
        core.input.dropInterrupt(request);
        if (validError && (error == 0 ? request.accepts(length) : length == 0)) {
            return request.replying(Errno.orEio(-error), length);
        }
        end(request, validError ? Errno.EIO : Errno.EINVAL);
        return Verdict.of(validError || length > 0 ? Errno.EINVAL : Errno.OK);
    }

    /** Under the table's lock. */
    private RequestState find(long unique) {
        // Once abort has begun, a reply, such as that of a handler which the abort has interrupted, must not win over ECONNABORTED.
        return closed || !core.state().isLive() ? null : processing.find(unique);
    }

    private Delivery unknownUnique() {
        boolean live = core.state().isLive() && !closed;
        return Verdict.of(live ? core.profile().errors().unknownUnique() : core.profile().errors().writeAfterEnd());
    }

    private Delivery interruptReply(long unique, int error, long length) {
        RequestState request;
        boolean interrupted;
        processing.lock.lock();
        try {
            request = find(unique);
            interrupted = request != null && request.interrupted;
        } finally {
            processing.lock.unlock();
        }
        if (request == null) {
            return unknownUnique();
        }
        if (length > 0) {
            return Verdict.of(Errno.EINVAL);
        }
        if (error == -Errno.ENOSYS.code()) {
            core.input.disableInterrupts();
        } else if (error == -Errno.EAGAIN.code()) {
            if (!interrupted) {
                return Verdict.of(Errno.EINVAL);
            }
            core.input.interruptAgain(request);
        }
        return Verdict.of(Errno.OK);
    }

    /** The transport has copied the reply of a request. */
    Errno delivered(RequestState request) {
        return end(request, request.replyError()) ? Errno.OK : Errno.ENOENT;
    }

    /** A copy failed, of the request or of its reply. */
    void copyFailed(RequestState request) {
        if (!core.profile().keepsUncopied() || !requeue(request)) {
            end(request, Errno.EIO);
        }
    }

    /** Makes a request that could not be copied to its reader the first pending one again. Returns false if it must end. */
    private boolean requeue(RequestState request) {
        Reader reader;
        core.input.lock.lock();
        processing.lock.lock();
        try {
            if (request.phase != Phase.READING || !core.state().isLive() || request.isFinished()) {
                return false;
            }
            processing.remove(request);
            reader = core.input.requeue(request);
        } finally {
            processing.lock.unlock();
            core.input.lock.unlock();
        }
        core.input.wake(reader);
        return true;
    }

    /** Ends a request that the transport copies. Returns whether its caller was still waiting. */
    private boolean end(RequestState request, Errno error) {
        if (request.phase != Phase.DONE) {
            remove(request);
        }
        boolean finished = core.endRequest(request, error);
        core.observers.replied(request, error);
        completeAndRelease(request, finished);
        return finished;
    }

    private void remove(RequestState request) {
        boolean last;
        processing.lock.lock();
        try {
            processing.remove(request);
            last = processing.isClosed() && processing.size() == 0;
        } finally {
            processing.lock.unlock();
        }
        if (last) {
            core.removeTable(processing);
        }
    }

    /** Completes a request that this thread finished, and drops the device's reference to it. */
    private void completeAndRelease(RequestState request, boolean finished) {
        if (finished) {
            request.complete();
        }
        request.release();
        core.sender.admitBlocked();
    }

    @Override public int readiness() {
        return core.input.readiness(this);
    }

    @Override public void addWaiter(Runnable waiter) {
        core.input.waiters.add(waiter);
    }

    @Override public void removeWaiter(Runnable waiter) {
        core.input.waiters.remove(waiter);
    }

    @Override public DeviceHandle duplicate() {
        return open(core);
    }

    @Override public void close() {
        core.lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            core.lock.unlock();
        }
        core.abort.closeHandle(this);
    }

    /** Whether {@link #close} was called. Needs no lock. */
    boolean isClosed() { return closed; }
}
