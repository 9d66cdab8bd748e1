package org.hexfuse.device;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.device.IdleReaders.Reader;
import org.hexfuse.device.RequestState.Phase;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.InlineReader;
import org.hexfuse.transport.OutgoingRequest;

/**
 * Linux's {@code struct fuse_iqueue}: the messages that readers take, and the readers that wait for them.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_dev_do_read} and {@code fuse_dev_poll}.
 */
final class InputQueue {
    /** One for each thread: a thread is in one {@link #take} at a time. */
    private static final ThreadLocal<Reader> READER = ThreadLocal.withInitial(Reader::new);

    /** Returned by {@link #add}: the connection is not live. */
    static final Reader NOT_LIVE = new Reader();
    /** Stands for a request that the {@link BackgroundQueue} has not admitted, so that no reader is to be woken. */
    static final Reader BLOCKED = new Reader();

    private static final int SPINS = 64;

    final ReentrantLock lock = new ReentrantLock();
    final RequestQueue queue = new RequestQueue();
    private final ConnectionCore core;
    /** False once the server has replied ENOSYS to INTERRUPT. */
    private volatile boolean sendsInterrupts = true;
    private final IdleReaders readers = new IdleReaders();
    private final ControlMessages controlMessages = new ControlMessages();
    final PollWaiters waiters = new PollWaiters();

    InputQueue(ConnectionCore core) {
        this.core = core;
    }

    /**
     * Queues a request.
     *
     * @return the reader to {@link #wake(Reader)} when all locks are released, or null; {@link #NOT_LIVE} if the connection is
     *         not live
     */
    Reader add(RequestState request) {
        acquire();
        try {
            return core.state().isLive() ? addAdmitted(request) : NOT_LIVE;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #add}, called under the background queue's lock, under which the thread saw the state live. */
    Reader addAdmitted(RequestState request) {
        acquire();
        try {
            request.assignUnique(request.serverUnique ? request.unique : nextUnique());
            request.phase = Phase.PENDING;
            queue.pending().add(request);
            return nextReader();
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock: makes a request that the server has lost the first pending one, with UNIQUE_RESEND in its unique. */
    void resend(RequestState request) {
        queue.dropInterrupt(request);
        request.interruptSent = false;
        request.assignUnique(request.unique | Protocol.UNIQUE_RESEND);
        request.phase = Phase.PENDING;
        queue.pending().addFirst(request);
    }

    /** Under the lock: makes a request that could not be copied the first pending one. Returns the reader to wake, or null. */
    Reader requeue(RequestState request) {
        request.phase = Phase.PENDING;
        queue.pending().addFirst(request);
        return nextReader();
    }

    /**
     * Acquires the lock. It is held for some 50 ns, and a thread that parks for it takes microseconds to run again, so the thread
     * spins first.
     */
    private void acquire() {
        for (int i = 0; i < SPINS; i++) {
            if (lock.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock.lock();
    }

    private long nextUnique() {
        return core.uniques.addAndGet(2);
    }

    /** Dequeues a pending request. Returns false if it is not pending. */
    boolean dequeue(RequestState request) {
        lock.lock();
        try {
            if (request.phase != Phase.PENDING) {
                return false;
            }
            queue.pending().remove(request);
            request.phase = Phase.DONE;
            return true;
        } finally {
            lock.unlock();
        }
    }

    void forget(long node, long lookups) {
        Reader reader;
        lock.lock();
        try {
            if (!core.state().isLive()) {
                return;
            }
            queue.forgets().add(node, lookups);
            reader = nextReader();
        } finally {
            lock.unlock();
        }
        wake(reader);
    }

    /** Has the inline reader run a FORGET on this thread. Returns false if it did not take it. Called without locks. */
    boolean isReadInline(InlineReader reader, long node, long lookups) {
        ControlMessage message = controlMessages.forget(node, lookups);
        try {
            return reader.read(message);
        } finally {
            message.recycle();
        }
    }

    boolean hasForgets() {
        lock.lock();
        try {
            return !queue.forgets().isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Queues INTERRUPT for a SENT request whose caller was interrupted or timed out, once. */
    void interrupt(RequestState request) {
        interrupt(request, false);
    }

    /** As {@link #interrupt(RequestState)}, again each time the server replies EAGAIN to INTERRUPT. */
    void interruptAgain(RequestState request) {
        interrupt(request, true);
    }

    private void interrupt(RequestState request, boolean again) {
        Reader reader;
        lock.lock();
        try {
            // The thread read these without this lock: a reply may have come meanwhile.
            if (!core.state().isLive() || !sendsInterrupts || !core.profile().sends(Opcode.INTERRUPT)
                    || !request.interrupted || request.phase != Phase.SENT
                    || (request.interruptSent && !again)) {
                return;
            }
            request.interruptSent = true;
            queue.interrupt(request);
            reader = nextReader();
        } finally {
            lock.unlock();
        }
        wake(reader);
    }

    /** Drops the queued INTERRUPT of a request that has a reply or was aborted. Called after its phase has left SENT. */
    void dropInterrupt(RequestState request) {
        if (request.interrupted) {
            lock.lock();
            try {
                queue.dropInterrupt(request);
            } finally {
                lock.unlock();
            }
        }
    }

    /** The server replied ENOSYS to INTERRUPT: no INTERRUPT is sent from now on. */
    void disableInterrupts() {
        lock.lock();
        try {
            sendsInterrupts = false;
            queue.clearInterrupts();
        } finally {
            lock.unlock();
        }
    }

    OutgoingRequest take(ConnectionHandle handle, long capacity) throws InterruptedException {
        checkCapacity(handle, capacity);
        Reader reader = READER.get();
        try {
            OutgoingRequest next = next(handle, capacity, reader);
            while (next == null) {
                if (!spinsUntilReadable(handle) && becomesIdle(reader, handle)) {
                    await(reader);
                }
                next = next(handle, capacity, reader);
            }
            return next;
        } catch (FuseException e) {
            // Its handle was closed: another reader must take the message for which this one was woken.
            wake();
            throw e;
        }
    }

    private void await(Reader reader) throws InterruptedException {
        while (!reader.woken) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                cancel(reader);
                throw new InterruptedException();
            }
        }
    }

    /** Spins for a while, without the lock, until the queue seems readable. */
    private boolean spinsUntilReadable(ConnectionHandle handle) {
        return core.handOff.spinsForRequest(() -> isReadableHint(handle));
    }

    private boolean isReadableHint(ConnectionHandle handle) {
        return !queue.pending().isEmptyHint() || !core.state().isLive() || handle.isClosed();
    }

    OutgoingRequest poll(ConnectionHandle handle, long capacity) {
        checkCapacity(handle, capacity);
        if (queue.isEmptyHint()) {
            checkLive(handle);
            return null;
        }
        return next(handle, capacity, null);
    }

    /** Checked once for each read, before it waits: INIT may raise the least capacity meanwhile, as in Linux. */
    private void checkCapacity(ConnectionHandle handle, long capacity) {
        if (core.profile().errors().endBeforeSize()) {
            checkLive(handle);
        }
        ConnectionInfo negotiated = core.init.negotiated();
        long least = negotiated == null ? 0 : (long) InHeader.SIZE + WriteIn.SIZE + negotiated.maxWrite();
        if (capacity < Math.max(Protocol.MIN_READ_BUFFER, least)) {
            throw FuseException.of(Errno.EINVAL);
        }
    }

    private void checkLive(ConnectionHandle handle) {
        if (!core.state().isLive() || handle.isClosed()) {
            ConnectionInfo negotiated = core.init.negotiated();
            boolean abortError = core.abort.isByControl() && negotiated != null && negotiated.has(InitFlag.ABORT_ERROR);
            throw FuseException.of(abortError ? Errno.ECONNABORTED : core.profile().errors().readAfterEnd());
        }
    }

    /** Makes a reader idle. Returns false if it must poll again: a message was queued, or an error is to be thrown. */
    private boolean becomesIdle(Reader reader, ConnectionHandle handle) {
        lock.lock();
        try {
            if (!core.state().isLive() || handle.isClosed() || !queue.isEmpty()) {
                return false;
            }
            readers.addIdle(reader);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** An interrupted reader leaves; if it was woken for a message, another reader is woken instead. */
    private void cancel(Reader reader) {
        boolean woken;
        lock.lock();
        try {
            woken = reader.woken;
            readers.remove(reader);
        } finally {
            lock.unlock();
        }
        if (woken) {
            wake();
        }
    }

    /**
     * Takes the next message for a handle, or null.
     *
     * @param reader the reader that polls again if there is none; null for a non-blocking read
     */
    private OutgoingRequest next(ConnectionHandle handle, long capacity, Reader reader) {
        while (true) {
            OutgoingRequest next;
            RequestState oversized = null;
            acquire();
            try {
                if (reader != null) {
                    readers.stopPolling(reader);
                }
                checkLive(handle);
                next = switch (queue.next()) {
                    case INTERRUPT -> controlMessages.interrupt(queue.takeInterrupt());
                    case FORGET -> forgetMessage(capacity);
                    case REQUEST -> {
                        RequestState first = queue.pending().removeFirst();
                        if (first.size() > capacity) {
                            first.phase = Phase.DONE;
                            oversized = first;
                        } else {
                            handle.startReading(first);
                        }
                        yield first;
                    }
                    case NOTHING -> null;
                };
                if (next == null && reader != null) {
                    readers.startPolling(reader);
                }
            } finally {
                lock.unlock();
            }
            if (oversized == null) {
                core.signalIfDraining();
                return next;
            }
            endOversized(oversized);
        }
    }

    /** Ends a request that is longer than the reader's capacity: with E2BIG for SETXATTR, else with EIO, as in Linux. */
    private void endOversized(RequestState oversized) {
        Errno error = oversized.opcode() == Opcode.SETXATTR ? Errno.E2BIG : Errno.EIO;
        boolean finished = core.endRequest(oversized, error);
        core.observers.replied(oversized, error);
        if (finished) {
            oversized.complete();
        }
        oversized.release();
        core.sender.admitBlocked();
    }

    private ControlMessage forgetMessage(long capacity) {
        ControlMessage message = controlMessages.forget(nextUnique(), queue.forgets(), core.init.negotiated(),
                capacity);
        if (!queue.forgets().isEmpty()) {
            wakeNext();
        }
        return message;
    }

    /** Under the lock: one reader was woken for all FORGETs and leaves some of them; wakes the next one. */
    private void wakeNext() {
        Reader other = nextReader();
        if (other != null) {
            LockSupport.unpark(other.thread);
        }
    }

    /** Under the lock: the reader to be unparked by {@link #wake(Reader)}, or null. */
    Reader nextReader() {
        return readers.wakeFor(queue.size());
    }

    /** Wakes a reader if more messages are queued than readers are polling, and runs the waiters. Called without locks. */
    void wake() {
        Reader reader;
        lock.lock();
        try {
            reader = nextReader();
        } finally {
            lock.unlock();
        }
        wake(reader);
    }

    /** Unparks a reader unless it is null, and runs the waiters. Called without locks. */
    void wake(Reader reader) {
        if (reader != null) {
            LockSupport.unpark(reader.thread);
        }
        waiters.run();
    }

    /** Wakes all idle readers: a handle was closed, or the connection is not live. */
    void wakeAll() {
        lock.lock();
        try {
            for (Reader reader = readers.wakeOne(); reader != null; reader = readers.wakeOne()) {
                LockSupport.unpark(reader.thread);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The connection was aborted: drops all FORGETs and INTERRUPTs, and wakes all readers. */
    void abort() {
        lock.lock();
        try {
            queue.clearInterrupts();
            queue.forgets().clear();
            wakeAll();
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock: whether a reader is parked. */
    boolean hasIdleReaders() { return !readers.isEmpty(); }

    /** Under the lock: the number of readers that are about to poll. */
    int pollingReaders() {
        return readers.polling();
    }

    int readiness(ConnectionHandle handle) {
        lock.lock();
        try {
            if (!core.state().isLive() || handle.isClosed()) {
                return DeviceHandle.POLLERR;
            }
            int bits = DeviceHandle.POLLOUT | DeviceHandle.POLLWRNORM;
            return queue.isEmpty() ? bits : bits | DeviceHandle.POLLIN | DeviceHandle.POLLRDNORM;
        } finally {
            lock.unlock();
        }
    }
}
