package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.device.IdleReaders.Reader;
import org.hexfuse.device.RequestState.Phase;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.OutgoingRequest;

/**
 * One open of the device, bound to a connection: the requests that were sent over it, and what becomes of their replies.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_dev_do_write} and {@code fuse_dev_release}.
 */
final class ConnectionHandle implements DeviceHandle {
    private static final int LARGEST_ERRNO = 511;

    private final ConnectionCore core;
    private final ProcessingTable processing;
    private volatile boolean closed;

    private ConnectionHandle(ConnectionCore core) {
        this.core = core;
        this.processing = core.profile().sharesProcessing() ? core.shared : new ProcessingTable();
    }

    static ConnectionHandle open(ConnectionCore core) {
        var handle = new ConnectionHandle(core);
        core.opened(handle);
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

    /**
     * A request goes from the input queue to this handle. Called under the queue's lock, under which the handle was seen to be
     * open: the table is closed under the same lock, so it is still open. If the handle is closed by now, {@link #sent} ends the
     * request.
     */
    void takes(RequestState state) {
        processing.lock.lock();
        try {
            state.handle = this;
            state.phase = Phase.READING;
            processing.add(state);
        } finally {
            processing.lock.unlock();
        }
    }

    /** The transport has copied a request. */
    void sent(RequestState state) {
        boolean answered = state.request().opcode().expectsReply();
        boolean ends;
        boolean interrupted = false;
        core.observation.read(state.request().opcode(), state.unique, state.queuedAt);
        processing.lock.lock();
        try {
            // Of a closed handle nobody answers it, and abort has ended those that were SENT.
            ends = !answered || processing.isClosed() || !core.state().isLive();
            if (!ends) {
                state.phase = Phase.SENT;
                interrupted = state.interrupted;
            }
        } finally {
            processing.lock.unlock();
        }
        if (ends) {
            remove(state);
            over(state, core.ended(state, answered ? Errno.ECONNABORTED : Errno.OK));
        } else if (interrupted) {
            core.input.interrupt(state);
        }
    }

    @Override public Delivery reply(long unique, int error, long length) {
        if (unique == 0) {
            return notification(error, length);
        }
        boolean makesSense = error <= 0 && error >= -LARGEST_ERRNO;
        if (!makesSense && !core.profile().badErrnoEndsCaller()) {
            return Verdict.of(Errno.EINVAL);
        }
        return (unique & 1) != 0 ? interruptAnswered(unique & ~1L, error, length)
                : answered(unique, error, length, makesSense);
    }

    private Delivery notification(int error, long length) {
        NotifyCode code = NotifyCode.of(error).orElse(null);
        ConnectionInfo settled = core.init.settled();
        if (settled == null || !core.state().isLive() || closed || code == null
                || !NotificationDelivery.accepts(code, length, core.maxMessage)) {
            return Verdict.of(Errno.EINVAL);
        }
        return new NotificationDelivery(core, settled, code, length);
    }

    private Delivery answered(long unique, int error, long length, boolean makesSense) {
        RequestState state;
        processing.lock.lock();
        try {
            state = find(unique);
            if (state != null) {
                state.phase = Phase.WRITING;
            }
        } finally {
            processing.lock.unlock();
        }
        if (state == null) {
            return unknown();
        }
        core.input.dropInterrupt(state);
        if (makesSense && (error == 0 ? state.request().accepts(length) : length == 0)) {
            return state.replying(Errno.orEio(-error), length);
        }
        end(state, makesSense ? Errno.EIO : Errno.EINVAL);
        return Verdict.of(makesSense || length > 0 ? Errno.EINVAL : Errno.OK);
    }

    /** Under the table's lock. */
    private RequestState find(long unique) {
        return closed ? null : processing.find(unique);
    }

    private Delivery unknown() {
        boolean live = core.state().isLive() && !closed;
        return Verdict.of(live ? core.profile().unknownUnique() : core.profile().writeAfterEnd());
    }

    private Delivery interruptAnswered(long unique, int error, long length) {
        RequestState state;
        boolean interrupted;
        processing.lock.lock();
        try {
            state = find(unique);
            interrupted = state != null && state.interrupted;
        } finally {
            processing.lock.unlock();
        }
        if (state == null) {
            return unknown();
        }
        if (length > 0) {
            return Verdict.of(Errno.EINVAL);
        }
        if (error == -Errno.ENOSYS.code()) {
            core.input.interruptsAreUnknown();
        } else if (error == -Errno.EAGAIN.code()) {
            if (!interrupted) {
                return Verdict.of(Errno.EINVAL);
            }
            core.input.interruptAgain(state);
        }
        return Verdict.of(Errno.OK);
    }

    /** The transport has copied the reply of a request. */
    Errno delivered(RequestState state) {
        return end(state, state.replyError()) ? Errno.OK : Errno.ENOENT;
    }

    /** A copy failed, of the request or of its reply. */
    void copyFailed(RequestState state) {
        if (!core.profile().keepsUncopied() || !putBack(state)) {
            end(state, Errno.EIO);
        }
    }

    /** A request that did not reach its reader is the next one again. */
    private boolean putBack(RequestState state) {
        Reader reader;
        core.input.lock.lock();
        processing.lock.lock();
        try {
            if (state.phase != Phase.READING || !core.state().isLive() || state.finished()) {
                return false;
            }
            processing.remove(state);
            reader = core.input.putBack(state);
        } finally {
            processing.lock.unlock();
            core.input.lock.unlock();
        }
        core.input.wake(reader);
        return true;
    }

    /** Ends a request that is being copied. Returns whether its caller was still waiting. */
    private boolean end(RequestState state, Errno how) {
        remove(state);
        boolean first = core.ended(state, how);
        core.observation.replied(state, how);
        over(state, first);
        return first;
    }

    private void remove(RequestState state) {
        boolean last;
        processing.lock.lock();
        try {
            processing.remove(state);
            last = processing.isClosed() && processing.size() == 0;
        } finally {
            processing.lock.unlock();
        }
        if (last) {
            core.emptied(processing);
        }
    }

    /** The device releases a request that has ended. */
    private void over(RequestState state, boolean first) {
        if (first) {
            state.tell();
        }
        state.release();
        core.sender.admitNext();
    }

    @Override public int readiness() {
        return core.input.readiness(this);
    }

    @Override public void addWaiter(Runnable waiter) {
        core.input.addWaiter(waiter);
    }

    @Override public void removeWaiter(Runnable waiter) {
        core.input.removeWaiter(waiter);
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
        core.abort.close(this);
    }

    /** Whether {@link #close} was called. Needs no lock. */
    boolean isClosed() { return closed; }
}
