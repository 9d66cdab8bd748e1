package org.hexfuse.device;

import org.hexfuse.abi.Errno;
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

    private final FuseConnection connection;
    private final ProcessingTable processing = new ProcessingTable();
    private boolean closed;

    ConnectionHandle(FuseConnection connection) {
        this.connection = connection;
    }

    ProcessingTable processing() {
        return processing;
    }

    @Override public OutgoingRequest take(long capacity) throws InterruptedException {
        return connection.take(this, capacity);
    }

    @Override public OutgoingRequest poll(long capacity) {
        return connection.poll(this, capacity);
    }

    /** The transport has copied a request. */
    void sent(Progress progress) {
        boolean wake = false;
        boolean over;
        boolean first = false;
        connection.lock.lock();
        try {
            connection.copying.remove(progress);
            over = progress.finished() || closed || !progress.request().opcode().expectsReply();
            if (over) {
                progress.state = Progress.State.DONE;
                first = connection.ended(progress, Errno.ECONNABORTED);
            } else {
                progress.state = Progress.State.SENT;
                processing.add(progress);
                if (progress.interrupted && connection.sendsInterrupts()) {
                    connection.queue.interrupt(progress);
                    wake = true;
                }
            }
        } finally {
            connection.lock.unlock();
        }
        if (first) {
            progress.tell();
        }
        if (over) {
            progress.release();
            connection.drainBackground();
        }
        if (wake) {
            connection.wakeReader();
        }
    }

    @Override public Delivery reply(long unique, int error, long length) {
        if (unique == 0) {
            return connection.notification(error, length);
        }
        if (error > 0 || error < -LARGEST_ERRNO) {
            return Verdict.of(Errno.EINVAL);
        }
        return (unique & 1) != 0 ? interruptAnswered(unique & ~1L, error, length) : answered(unique, error, length);
    }

    private Delivery answered(long unique, int error, long length) {
        Progress progress;
        boolean accepted;
        connection.lock.lock();
        try {
            progress = processing.find(unique);
            if (progress == null) {
                return Verdict.of(connection.profile().unknownUnique());
            }
            processing.remove(progress);
            connection.queue.dropInterrupt(progress);
            connection.copying.add(progress);
            progress.state = Progress.State.WRITING;
            accepted = error == 0 ? progress.request().accepts(length) : length == 0;
        } finally {
            connection.lock.unlock();
        }
        if (accepted) {
            return progress.replying(Errno.orEio(-error), length);
        }
        end(progress, Errno.EIO);
        return Verdict.of(Errno.EINVAL);
    }

    private Delivery interruptAnswered(long unique, int error, long length) {
        if (length > 0) {
            return Verdict.of(Errno.EINVAL);
        }
        connection.lock.lock();
        try {
            Progress progress = processing.find(unique);
            if (progress == null) {
                return Verdict.of(connection.profile().unknownUnique());
            }
            if (error == -Errno.ENOSYS.code()) {
                connection.interruptsAreUnknown();
                return Verdict.of(Errno.OK);
            }
            if (error != -Errno.EAGAIN.code()) {
                return Verdict.of(Errno.OK);
            }
            if (!progress.interrupted) {
                return Verdict.of(Errno.EINVAL);
            }
            connection.queue.interrupt(progress);
        } finally {
            connection.lock.unlock();
        }
        connection.wakeReader();
        return Verdict.of(Errno.OK);
    }

    /** The transport has copied the reply of a request. */
    Errno delivered(Progress progress) {
        return end(progress, progress.replyError()) ? Errno.OK : Errno.ENOENT;
    }

    /** A copy failed, of the request or of its reply. */
    void copyFailed(Progress progress) {
        end(progress, Errno.EIO);
    }

    /** Ends a request that is in no queue or table. Returns whether its caller was still waiting. */
    private boolean end(Progress progress, Errno how) {
        boolean first;
        connection.lock.lock();
        try {
            connection.copying.remove(progress);
            progress.state = Progress.State.DONE;
            first = connection.ended(progress, how);
        } finally {
            connection.lock.unlock();
        }
        if (first) {
            progress.tell();
        }
        progress.release();
        connection.drainBackground();
        return first;
    }

    @Override public int readiness() {
        return connection.readiness();
    }

    @Override public void addWaiter(Runnable waiter) {
        connection.addWaiter(waiter);
    }

    @Override public void removeWaiter(Runnable waiter) {
        connection.removeWaiter(waiter);
    }

    @Override public DeviceHandle duplicate() {
        return connection.newHandle();
    }

    @Override public void close() {
        connection.lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            connection.lock.unlock();
        }
        connection.closed(this);
    }

    /** Whether {@link #close} was called. Asked for under the lock. */
    boolean isClosed() { return closed; }
}
