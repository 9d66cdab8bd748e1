package org.hexfuse.device;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.device.IdleReaders.Reader;
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

    private final ConnectionCore core;
    private final IdleReaders readers = new IdleReaders();
    private final Queue<ControlMessage> controlMessages = new ConcurrentLinkedQueue<>();
    private volatile Runnable[] waiters = NO_WAITERS;

    InputQueue(ConnectionCore core) {
        this.core = core;
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
        return !core.queue.pending().looksEmpty() || !core.state().isLive() || handle.isClosed();
    }

    OutgoingRequest poll(ConnectionHandle handle, long capacity) {
        checkCapacity(handle, capacity);
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
            boolean told = core.ending.isByControl() && limits != null && limits.has(InitFlag.ABORT_ERROR);
            throw FuseException.of(told ? Errno.ECONNABORTED : core.profile().readAfterEnd());
        }
    }

    /** Makes a reader one that is woken, unless there is something to take by now. */
    private boolean settlesDown(Reader reader, ConnectionHandle handle) {
        core.lock.lock();
        try {
            if (!core.state().isLive() || handle.isClosed() || !core.queue.isEmpty()) {
                return false;
            }
            readers.settles(reader);
            return true;
        } finally {
            core.lock.unlock();
        }
    }

    /** A reader that was interrupted passes on what it was woken for. */
    private void giveUp(Reader reader) {
        boolean passOn;
        core.lock.lock();
        try {
            passOn = reader.woken;
            readers.remove(reader);
        } finally {
            core.lock.unlock();
        }
        if (passOn) {
            wake();
        }
    }

    /**
     * The next message for a handle, or null.
     *
     * @param reader who stays alert if there is none; null for who doesn't
     */
    private OutgoingRequest next(ConnectionHandle handle, long capacity, Reader reader) {
        while (true) {
            RequestState tooLong;
            Errno how;
            core.lock.lock();
            try {
                if (reader != null) {
                    readers.looks(reader);
                }
                checkLive(handle);
                RequestQueue.Next kind = core.queue.next();
                if (kind == RequestQueue.Next.NOTHING && reader != null) {
                    readers.staysAlert(reader);
                }
                if (kind != RequestQueue.Next.REQUEST) {
                    return control(kind, capacity);
                }
                RequestState progress = core.queue.pending().remove();
                if (progress.request().size() <= capacity) {
                    progress.state = RequestState.State.READING;
                    progress.handle = handle;
                    core.copying.add(progress);
                    return progress;
                }
                tooLong = progress;
                how = tooLong.request().opcode() == Opcode.SETXATTR ? Errno.E2BIG : Errno.EIO;
                core.ended(tooLong, how);
            } finally {
                core.lock.unlock();
            }
            core.observation.replied(tooLong, how);
            tooLong.tell();
            tooLong.release();
            core.calling.letThrough();
        }
    }

    private OutgoingRequest control(RequestQueue.Next kind, long capacity) {
        return switch (kind) {
            case INTERRUPT -> controlMessage().interrupt(core.queue.takeInterrupt());
            case FORGET -> forgetMessage(capacity);
            case NOTHING, REQUEST -> null;
        };
    }

    private ControlMessage controlMessage() {
        ControlMessage message = controlMessages.poll();
        return message == null ? new ControlMessage(controlMessages::add) : message;
    }

    private ControlMessage forgetMessage(long capacity) {
        ConnectionInfo limits = core.init.settled();
        ForgetList forgets = core.queue.forgets();
        boolean batch = limits != null && limits.minor() >= BATCH_FORGET_MINOR && forgets.size() > 1;
        ControlMessage message = controlMessage();
        message = batch ? message.batchForget(core.nextUnique(), forgets, capacity)
                : message.forget(core.nextUnique(), forgets);
        if (!forgets.isEmpty()) {
            passOn();
        }
        core.signalIfQuiet();
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
        return readers.wakeFor(core.queue.size());
    }

    /** Wakes one of who waits for requests. Called without the lock. */
    void wake() {
        Reader reader;
        core.lock.lock();
        try {
            reader = nextReader();
        } finally {
            core.lock.unlock();
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

    /** Under the lock: who waits has to look for itself what has changed. */
    void wakeAll() {
        for (Reader reader = readers.wakeOne(); reader != null; reader = readers.wakeOne()) {
            LockSupport.unpark(reader.thread);
        }
    }

    /** Under the lock: whether nobody waits. */
    boolean isIdle() { return readers.isEmpty(); }

    /** Under the lock: how many are on their way to look, without being woken. */
    int alert() {
        return readers.alert();
    }

    void addWaiter(Runnable waiter) {
        core.lock.lock();
        try {
            Runnable[] more = Arrays.copyOf(waiters, waiters.length + 1);
            more[waiters.length] = waiter;
            waiters = more;
        } finally {
            core.lock.unlock();
        }
    }

    void removeWaiter(Runnable waiter) {
        core.lock.lock();
        try {
            waiters = Arrays.stream(waiters).filter(w -> !w.equals(waiter)).toArray(Runnable[]::new);
        } finally {
            core.lock.unlock();
        }
    }

    int readiness(ConnectionHandle handle) {
        core.lock.lock();
        try {
            if (!core.state().isLive() || handle.isClosed()) {
                return DeviceHandle.POLLERR;
            }
            int bits = DeviceHandle.POLLOUT | DeviceHandle.POLLWRNORM;
            return core.queue.isEmpty() ? bits : bits | DeviceHandle.POLLIN | DeviceHandle.POLLRDNORM;
        } finally {
            core.lock.unlock();
        }
    }
}
