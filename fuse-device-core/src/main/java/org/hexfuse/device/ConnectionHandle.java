package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.device.IdleReaders.Reader;
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
        core.lock.lock();
        try {
            core.handles.add(handle);
        } finally {
            core.lock.unlock();
        }
        return handle;
    }

    ProcessingTable processing() {
        return processing;
    }

    @Override public OutgoingRequest take(long capacity) throws InterruptedException {
        return core.reading.take(this, capacity);
    }

    @Override public OutgoingRequest poll(long capacity) {
        return core.reading.poll(this, capacity);
    }

    /** The transport has copied a request. */
    void sent(RequestState progress) {
        Reader reader = null;
        boolean interrupt = false;
        boolean over;
        boolean first = false;
        boolean answered = progress.request().opcode().expectsReply();
        core.observation.read(progress.request().opcode(), progress.unique, progress.queuedAt);
        core.lock.lock();
        try {
            core.copying.remove(progress);
            over = !core.state().isLive() || isClosedForGood() || !answered;
            if (over) {
                first = core.ended(progress, answered ? Errno.ECONNABORTED : Errno.OK);
            } else {
                progress.state = RequestState.State.SENT;
                processing.add(progress);
                interrupt = progress.interrupted && core.sendsInterrupts();
                if (interrupt) {
                    core.queue.interrupt(progress);
                    reader = core.reading.nextReader();
                }
            }
        } finally {
            core.lock.unlock();
        }
        if (over) {
            over(progress, first);
        }
        if (interrupt) {
            core.reading.wake(reader);
        }
    }

    /** Whether nobody will answer what was taken from here. */
    private boolean isClosedForGood() {
        return closed && !core.profile().sharesProcessing();
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
        RequestState progress;
        boolean accepted;
        core.lock.lock();
        try {
            progress = find(unique);
            if (progress == null) {
                return unknown();
            }
            processing.remove(progress);
            core.queue.dropInterrupt(progress);
            core.copying.add(progress);
            progress.state = RequestState.State.WRITING;
            accepted = makesSense && (error == 0 ? progress.request().accepts(length) : length == 0);
        } finally {
            core.lock.unlock();
        }
        if (accepted) {
            return progress.replying(Errno.orEio(-error), length);
        }
        end(progress, makesSense ? Errno.EIO : Errno.EINVAL);
        return Verdict.of(makesSense || length > 0 ? Errno.EINVAL : Errno.OK);
    }

    /** Under the lock. */
    private RequestState find(long unique) {
        return closed ? null : processing.find(unique);
    }

    private Delivery unknown() {
        boolean live = core.state().isLive() && !closed;
        return Verdict.of(live ? core.profile().unknownUnique() : core.profile().writeAfterEnd());
    }

    private Delivery interruptAnswered(long unique, int error, long length) {
        Reader reader;
        core.lock.lock();
        try {
            RequestState progress = find(unique);
            if (progress == null) {
                return unknown();
            }
            if (length > 0) {
                return Verdict.of(Errno.EINVAL);
            }
            if (error == -Errno.ENOSYS.code()) {
                core.interruptsAreUnknown();
                return Verdict.of(Errno.OK);
            }
            if (error != -Errno.EAGAIN.code()) {
                return Verdict.of(Errno.OK);
            }
            if (!progress.interrupted) {
                return Verdict.of(Errno.EINVAL);
            }
            core.queue.interrupt(progress);
            reader = core.reading.nextReader();
        } finally {
            core.lock.unlock();
        }
        core.reading.wake(reader);
        return Verdict.of(Errno.OK);
    }

    /** The transport has copied the reply of a request. */
    Errno delivered(RequestState progress) {
        return end(progress, progress.replyError()) ? Errno.OK : Errno.ENOENT;
    }

    /** A copy failed, of the request or of its reply. */
    void copyFailed(RequestState progress) {
        if (!core.profile().keepsUncopied() || !putBack(progress)) {
            end(progress, Errno.EIO);
        }
    }

    /** A request that did not reach its reader is the next one again. */
    private boolean putBack(RequestState progress) {
        Reader reader;
        core.lock.lock();
        try {
            if (progress.state != RequestState.State.READING || !core.state().isLive() || progress.finished()) {
                return false;
            }
            core.copying.remove(progress);
            progress.state = RequestState.State.PENDING;
            core.queue.pending().addFirst(progress);
            reader = core.reading.nextReader();
        } finally {
            core.lock.unlock();
        }
        core.reading.wake(reader);
        return true;
    }

    /** Ends a request that is being copied. Returns whether its caller was still waiting. */
    private boolean end(RequestState progress, Errno how) {
        boolean first;
        core.lock.lock();
        try {
            core.copying.remove(progress);
            first = core.ended(progress, how);
        } finally {
            core.lock.unlock();
        }
        core.observation.replied(progress, how);
        over(progress, first);
        return first;
    }

    /** The device is through with a request. */
    private void over(RequestState progress, boolean first) {
        if (first) {
            progress.tell();
        }
        progress.release();
        core.calling.letThrough();
    }

    @Override public int readiness() {
        return core.reading.readiness(this);
    }

    @Override public void addWaiter(Runnable waiter) {
        core.reading.addWaiter(waiter);
    }

    @Override public void removeWaiter(Runnable waiter) {
        core.reading.removeWaiter(waiter);
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
        core.ending.close(this);
    }

    /** Whether {@link #close} was called. Needs no lock. */
    boolean isClosed() { return closed; }
}
