package org.hexfuse.device;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
import org.hexfuse.transport.OutgoingRequest;

/**
 * The side of a connection that servers take requests from: who waits there, and what the next one gets.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_dev_do_read} and {@code fuse_dev_poll}.
 */
final class InputQueue {
    private static final Runnable[] NO_WAITERS = {};
    /** A thread takes one request at a time. */
    private static final ThreadLocal<Reader> READER = ThreadLocal.withInitial(Reader::new);
    private static final int BATCH_FORGET_MINOR = 16;

    /** Returned by {@link #add}: the connection is not live. */
    static final Reader REFUSED = new Reader();
    /** As {@link #REFUSED}, for a request that waits to be admitted. */
    static final Reader IN_LINE = new Reader();

    private static final int SPINS = 64;

    final ReentrantLock lock = new ReentrantLock();
    final RequestQueue queue = new RequestQueue();
    private final ConnectionCore core;
    private long unique;
    /** False once the server has answered ENOSYS to INTERRUPT. */
    private volatile boolean sendsInterrupts = true;
    private final IdleReaders readers = new IdleReaders();
    private final Queue<ControlMessage> controlMessages = new ConcurrentLinkedQueue<>();
    private volatile Runnable[] waiters = NO_WAITERS;

    InputQueue(ConnectionCore core) {
        this.core = core;
    }

    /**
     * Queues a request.
     *
     * @return whom to {@link #wake} when all locks are released, or null; {@link #REFUSED} if the connection is not live
     */
    Reader add(RequestState state) {
        acquire();
        try {
            return core.state().isLive() ? addAdmitted(state) : REFUSED;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #add}, under the lock of the background queue and after the state was seen to be live under it. */
    Reader addAdmitted(RequestState state) {
        acquire();
        try {
            state.identify(state.identified ? state.unique : nextUnique());
            state.phase = Phase.PENDING;
            queue.pending().add(state);
            return nextReader();
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock: a request that the server has lost is the next one, under a marked id. */
    void resend(RequestState state) {
        queue.dropInterrupt(state);
        state.interruptSent = false;
        state.identify(state.unique | Protocol.UNIQUE_RESEND);
        state.phase = Phase.PENDING;
        queue.pending().addFirst(state);
    }

    /** Under the lock: a request that did not reach its reader is the next one. Returns whom to wake. */
    Reader putBack(RequestState state) {
        state.phase = Phase.PENDING;
        queue.pending().addFirst(state);
        return nextReader();
    }

    /**
     * Locks. The lock is held for some 50 ns, and a thread that parks for it needs microseconds to come back: so it spins first.
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

    /** Under the lock. */
    private long nextUnique() {
        unique += 2;
        return unique;
    }

    /** Dequeues a request that nobody has read. Returns whether it was there. */
    boolean remove(RequestState state) {
        lock.lock();
        try {
            if (state.phase != Phase.PENDING) {
                return false;
            }
            queue.pending().remove(state);
            state.phase = Phase.DONE;
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

    boolean hasForgets() {
        lock.lock();
        try {
            return !queue.forgets().isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Queues INTERRUPT for a request that the server has, once. */
    void interrupt(RequestState state) {
        interrupt(state, false);
    }

    /** As {@link #interrupt(RequestState)}, as often as the server answers EAGAIN. */
    void interruptAgain(RequestState state) {
        interrupt(state, true);
    }

    private void interrupt(RequestState state, boolean again) {
        Reader reader;
        lock.lock();
        try {
            // The caller saw these without this lock: meanwhile the request may have been answered.
            if (!core.state().isLive() || !sendsInterrupts || !state.interrupted || state.phase != Phase.SENT
                    || (state.interruptSent && !again)) {
                return;
            }
            state.interruptSent = true;
            queue.interrupt(state);
            reader = nextReader();
        } finally {
            lock.unlock();
        }
        wake(reader);
    }

    /** The request is answered: an INTERRUPT that was not read yet is dropped. */
    void dropInterrupt(RequestState state) {
        if (state.interrupted) {
            lock.lock();
            try {
                queue.dropInterrupt(state);
            } finally {
                lock.unlock();
            }
        }
    }

    /** The server does not know INTERRUPT. */
    void interruptsAreUnknown() {
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
                if (!seesSomething(handle) && settlesDown(reader, handle)) {
                    await(reader);
                }
                next = next(handle, capacity, reader);
            }
            return next;
        } catch (FuseException e) {
            // Its handle was closed; others may have to take what it was to take.
            wake();
            throw e;
        }
    }

    private void await(Reader reader) throws InterruptedException {
        while (!reader.woken) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                giveUp(reader);
                throw new InterruptedException();
            }
        }
    }

    /**
     * Keeps looking for a while, without the lock. Threads of the platform don't: they are those of transports to other
     * processes, which need the processor.
     */
    private boolean seesSomething(ConnectionHandle handle) {
        return Thread.currentThread().isVirtual() && core.spin.sees(() -> mayHaveSomething(handle));
    }

    private boolean mayHaveSomething(ConnectionHandle handle) {
        return !queue.pending().looksEmpty() || !core.state().isLive() || handle.isClosed();
    }

    OutgoingRequest poll(ConnectionHandle handle, long capacity) {
        checkCapacity(handle, capacity);
        if (queue.looksEmpty()) {
            checkLive(handle);
            return null;
        }
        return next(handle, capacity, null);
    }

    /** Once for each read, before it waits: INIT may change what is too small meanwhile, as in Linux. */
    private void checkCapacity(ConnectionHandle handle, long capacity) {
        if (core.profile().endBeforeSize()) {
            checkLive(handle);
        }
        ConnectionInfo limits = core.init.settled();
        long least = limits == null ? 0 : (long) InHeader.SIZE + WriteIn.SIZE + limits.maxWrite();
        if (capacity < Math.max(Protocol.MIN_READ_BUFFER, least)) {
            throw FuseException.of(Errno.EINVAL);
        }
    }

    private void checkLive(ConnectionHandle handle) {
        if (!core.state().isLive() || handle.isClosed()) {
            ConnectionInfo limits = core.init.settled();
            boolean told = core.abort.isByControl() && limits != null && limits.has(InitFlag.ABORT_ERROR);
            throw FuseException.of(told ? Errno.ECONNABORTED : core.profile().readAfterEnd());
        }
    }

    /** Makes a reader one that is woken, unless there is something to take by now. */
    private boolean settlesDown(Reader reader, ConnectionHandle handle) {
        lock.lock();
        try {
            if (!core.state().isLive() || handle.isClosed() || !queue.isEmpty()) {
                return false;
            }
            readers.settles(reader);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A reader that was interrupted passes on what it was woken for. */
    private void giveUp(Reader reader) {
        boolean passOn;
        lock.lock();
        try {
            passOn = reader.woken;
            readers.remove(reader);
        } finally {
            lock.unlock();
        }
        if (passOn) {
            wake();
        }
    }

    /**
     * The next message for a handle, or null.
     *
     * @param reader who stays alert if there is none; null for a caller that does not wait
     */
    private OutgoingRequest next(ConnectionHandle handle, long capacity, Reader reader) {
        while (true) {
            OutgoingRequest next;
            RequestState tooLong = null;
            acquire();
            try {
                if (reader != null) {
                    readers.looks(reader);
                }
                checkLive(handle);
                next = switch (queue.next()) {
                    case INTERRUPT -> controlMessage().interrupt(queue.takeInterrupt());
                    case FORGET -> forgetMessage(capacity);
                    case REQUEST -> {
                        RequestState first = queue.pending().removeOwn(Thread.currentThread());
                        if (first.request().size() > capacity) {
                            first.phase = Phase.DONE;
                            tooLong = first;
                        } else {
                            handle.takes(first);
                        }
                        yield first;
                    }
                    case NOTHING -> null;
                };
                if (next == null && reader != null) {
                    readers.staysAlert(reader);
                }
            } finally {
                lock.unlock();
            }
            if (tooLong == null) {
                core.signalIfDraining();
                return next;
            }
            refuse(tooLong);
        }
    }

    /** Ends a request that is longer than what its reader can take. */
    private void refuse(RequestState tooLong) {
        Errno how = tooLong.request().opcode() == Opcode.SETXATTR ? Errno.E2BIG : Errno.EIO;
        boolean first = core.ended(tooLong, how);
        core.observation.replied(tooLong, how);
        if (first) {
            tooLong.tell();
        }
        tooLong.release();
        core.sender.admitNext();
    }

    private ControlMessage controlMessage() {
        ControlMessage message = controlMessages.poll();
        return message == null ? new ControlMessage(controlMessages::add) : message;
    }

    private ControlMessage forgetMessage(long capacity) {
        ConnectionInfo limits = core.init.settled();
        ForgetList forgets = queue.forgets();
        boolean batch = limits != null && limits.minor() >= BATCH_FORGET_MINOR && forgets.size() > 1;
        ControlMessage message = controlMessage();
        message = batch ? message.batchForget(nextUnique(), forgets, capacity)
                : message.forget(nextUnique(), forgets);
        if (!forgets.isEmpty()) {
            passOn();
        }
        return message;
    }

    /** Under the lock: a reader was woken for all forgets together and leaves some, which the next one has to take. */
    private void passOn() {
        Reader other = nextReader();
        if (other != null) {
            LockSupport.unpark(other.thread);
        }
    }

    /** Under the lock: who is to be unparked by {@link #wake(Reader)}, or null. */
    Reader nextReader() {
        return readers.wakeFor(queue.size());
    }

    /** Wakes one of who waits for requests. Called without the lock. */
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

    /** Called without the lock. */
    void wake(Reader reader) {
        if (reader != null) {
            LockSupport.unpark(reader.thread);
        }
        runWaiters();
    }

    /** Called without the lock. */
    void runWaiters() {
        for (Runnable waiter : waiters) {
            waiter.run();
        }
    }

    /** Wakes all readers: their handle was closed, or the connection is not live. */
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

    /** The connection is not live any more: drops FORGETs and INTERRUPTs, and wakes all readers. */
    void end() {
        lock.lock();
        try {
            queue.clearInterrupts();
            queue.forgets().clear();
            wakeAll();
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock: whether nobody waits. */
    boolean isIdle() { return readers.isEmpty(); }

    /** Under the lock: how many are on their way to look, without being woken. */
    int alert() {
        return readers.alert();
    }

    void addWaiter(Runnable waiter) {
        lock.lock();
        try {
            Runnable[] more = Arrays.copyOf(waiters, waiters.length + 1);
            more[waiters.length] = waiter;
            waiters = more;
        } finally {
            lock.unlock();
        }
    }

    void removeWaiter(Runnable waiter) {
        lock.lock();
        try {
            waiters = Arrays.stream(waiters).filter(w -> !w.equals(waiter)).toArray(Runnable[]::new);
        } finally {
            lock.unlock();
        }
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
