package org.hexfuse.device;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.device.IdleReaders.Reader;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.OutgoingRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One mounted FUSE filesystem as the kernel sees it: the queue of requests, the handles that servers take them from, and the
 * callers that wait. Any thread may call any method.
 *
 * <p>One lock guards all of it. It is held for a few instructions and never while calling out: not for waiters, not for
 * callbacks, not for copies.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c} and {@code inode.c}.
 */
public final class FuseConnection implements RequestPort, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FuseConnection.class);
    private static final Runnable[] NO_WAITERS = {};
    private static final long BULK = 16 * 1024;
    private static final int BATCH_FORGET_MINOR = 16;

    final ReentrantLock lock = new ReentrantLock();
    final RequestQueue queue = new RequestQueue();
    /** What transports are copying at this moment, out or in. */
    final ProgressList copying = new ProgressList();

    private final ConnectionOptions options;
    private final NotificationSink sink;
    private final int maxMessage;
    private final RequestPool requests = new RequestPool();
    private final Queue<ControlMessage> controlMessages = new ConcurrentLinkedQueue<>();
    private final List<ConnectionHandle> handles = new ArrayList<>();
    private final IdleReaders readers = new IdleReaders();
    private final ProgressList background = new ProgressList();
    private final Condition quiet = lock.newCondition();
    private final CountDownLatch settled = new CountDownLatch(1);

    private volatile Runnable[] waiters = NO_WAITERS;
    private volatile Negotiated negotiated;
    private volatile boolean connected = true;
    private volatile boolean backgroundWaits;
    private volatile KernelLink link;
    private boolean sendsInterrupts = true;
    private long unique;
    private int activeBackground;
    private int outstanding;
    private Errno endedBy = Errno.ENOTCONN;

    private FuseConnection(NotificationSink sink, ConnectionOptions options, int maxMessage) {
        this.sink = sink;
        this.options = options;
        this.maxMessage = maxMessage;
    }

    /**
     * Makes a connection whose handles are taken by hand, with INIT queued.
     *
     * @param maxMessage the longest message that the server's way can carry, in bytes
     */
    public static FuseConnection create(NotificationSink sink, ConnectionOptions options, int maxMessage) {
        var connection = new FuseConnection(sink, options, maxMessage);
        connection.offerInit();
        return connection;
    }

    /**
     * Mounts what is at the other end of {@code link}, and waits until INIT is answered. The connection closes the link.
     *
     * @throws IOException if the server is gone
     * @throws FuseException ETIMEDOUT if INIT is not answered in time, ECONNREFUSED if the two ends don't understand each
     *         other, ECONNABORTED if the server went away, EINTR if the thread was interrupted
     */
    public static FuseConnection mount(KernelLink link, NotificationSink sink, ConnectionOptions options)
            throws IOException {
        FuseConnection connection = create(sink, options, link.maxMessage());
        connection.link = link;
        try {
            link.attach(connection.newHandle());
            connection.awaitInit();
            return connection;
        } catch (IOException | RuntimeException e) {
            connection.abort();
            link.close();
            throw e;
        }
    }

    private void offerInit() {
        Request init = InitExchange.offer(requests.take(false), options.profile());
        submitNow(init, outcome -> initAnswered(init, outcome));
    }

    /** Runs on the thread that brought the answer, as in Linux, before the writer's call returns. */
    private void initAnswered(Request init, Errno outcome) {
        if (outcome == Errno.OK && InitExchange.speaksOurVersion(init.reply())) {
            negotiated = InitExchange.settle(init.reply(), options.profile(), maxMessage);
            LOG.debug("INIT settled {}", negotiated);
        } else {
            LOG.debug("INIT failed: {}", outcome);
            lock.lock();
            try {
                if (connected) {
                    endedBy = outcome == Errno.ECONNABORTED ? outcome : Errno.ECONNREFUSED;
                }
            } finally {
                lock.unlock();
            }
        }
        settled.countDown();
    }

    private void awaitInit() {
        try {
            if (!settled.await(options.initTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                end(Errno.ETIMEDOUT);
                throw FuseException.of(Errno.ETIMEDOUT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw FuseException.of(Errno.EINTR);
        }
        if (negotiated == null) {
            throw FuseException.of(connected ? endedBy : Errno.ECONNABORTED);
        }
    }

    @Override public Negotiated negotiated() {
        Negotiated result = negotiated;
        if (result == null) {
            awaitInit();
            result = negotiated;
        }
        return result;
    }

    /** Whether requests can still be made. */
    public boolean isConnected() { return connected; }

    /** Something that the transport under the connection has and others haven't. */
    public <T> Optional<T> feature(Class<T> type) {
        KernelLink under = link;
        return under == null ? Optional.empty() : under.feature(type);
    }

    @Override public Request newRequest(Opcode opcode, long node, Caller caller) {
        Negotiated shape = negotiated();
        boolean bulk = opcode == Opcode.READ || opcode == Opcode.WRITE;
        return requests.take(bulk && shape.maxWrite() > BULK)
                .start(opcode, node, caller, Math.min(shape.minor(), Protocol.MINOR), shape.flags());
    }

    @Override public void call(Request request) {
        Progress progress = request.progress;
        progress.waiter(Thread.currentThread());
        progress.hold();
        if (!enqueue(progress)) {
            progress.release();
            throw FuseException.of(endedBy());
        }
        await(progress);
        if (progress.outcome() != Errno.OK) {
            throw FuseException.of(progress.outcome());
        }
    }

    private boolean enqueue(Progress progress) {
        Reader reader;
        lock.lock();
        try {
            if (!connected) {
                return false;
            }
            makePending(progress);
            reader = readers.wakeOne();
        } finally {
            lock.unlock();
        }
        wake(reader);
        return true;
    }

    /** Under the lock. */
    private void makePending(Progress progress) {
        progress.identify(nextUnique());
        progress.state = Progress.State.PENDING;
        queue.pending().add(progress);
        outstanding++;
    }

    private long nextUnique() {
        unique += 2;
        return unique;
    }

    private void await(Progress progress) {
        long timeout = options.requestTimeout().toNanos();
        long deadline = System.nanoTime() + timeout;
        boolean interrupted = false;
        while (!progress.finished()) {
            if (timeout == 0) {
                LockSupport.park(this);
            } else {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    LOG.warn("no answer to {} in {}: the connection is aborted", progress.request().opcode(),
                            options.requestTimeout());
                    end(progress, Errno.ETIMEDOUT);
                    break;
                }
                LockSupport.parkNanos(this, left);
            }
            if (Thread.interrupted()) {
                interrupted = true;
                interrupt(progress);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The caller gives up: a request that nobody has read is taken back, for another the server is told. */
    private void interrupt(Progress progress) {
        boolean takenBack = false;
        boolean told = false;
        lock.lock();
        try {
            if (progress.state == Progress.State.PENDING) {
                queue.pending().remove(progress);
                progress.state = Progress.State.DONE;
                takenBack = ended(progress, Errno.EINTR);
            } else if (!progress.interrupted) {
                progress.interrupted = true;
                told = progress.state == Progress.State.SENT && sendsInterrupts;
                if (told) {
                    queue.interrupt(progress);
                }
            }
        } finally {
            lock.unlock();
        }
        if (takenBack) {
            progress.release();
        }
        if (told) {
            wakeReader();
        }
    }

    @Override public void submit(Request request, Consumer<Errno> done) {
        if (!submitNow(request, done)) {
            done.accept(endedBy());
            request.close();
        }
    }

    private boolean submitNow(Request request, Consumer<Errno> done) {
        Progress progress = request.progress;
        progress.background = true;
        progress.done = done;
        lock.lock();
        try {
            if (!connected) {
                return false;
            }
            background.add(progress);
            backgroundWaits = true;
        } finally {
            lock.unlock();
        }
        drainBackground();
        return true;
    }

    /** Moves what may be under way at once from the background queue to the pending queue. Called without the lock. */
    void drainBackground() {
        while (backgroundWaits) {
            Reader reader;
            lock.lock();
            try {
                Negotiated limits = negotiated;
                int most = limits == null ? 1 : limits.maxBackground();
                if (background.isEmpty() || activeBackground >= most) {
                    backgroundWaits = !background.isEmpty() && activeBackground < most;
                    return;
                }
                activeBackground++;
                makePending(background.remove());
                backgroundWaits = !background.isEmpty();
                reader = readers.wakeOne();
            } finally {
                lock.unlock();
            }
            wake(reader);
        }
    }

    @Override public void post(Request request) {
        if (!enqueue(request.progress)) {
            request.close();
        }
    }

    @Override public void forget(long node, long lookups) {
        Reader reader;
        lock.lock();
        try {
            if (!connected) {
                return;
            }
            queue.forgets().add(node, lookups);
            reader = readers.wakeOne();
        } finally {
            lock.unlock();
        }
        wake(reader);
    }

    /** One more open of the device, bound to this connection. */
    public DeviceHandle newHandle() {
        var handle = new ConnectionHandle(this);
        lock.lock();
        try {
            handles.add(handle);
        } finally {
            lock.unlock();
        }
        return handle;
    }

    OutgoingRequest take(ConnectionHandle handle, long capacity) throws InterruptedException {
        Reader reader = null;
        while (true) {
            OutgoingRequest next = next(handle, capacity);
            if (next != null) {
                return next;
            }
            reader = reader == null ? new Reader() : reader;
            if (!settleDown(reader, handle)) {
                continue;
            }
            while (!reader.woken) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    giveUp(reader);
                    throw new InterruptedException();
                }
            }
        }
    }

    /** Makes a reader one that is woken, unless there is something to take by now. */
    private boolean settleDown(Reader reader, ConnectionHandle handle) {
        lock.lock();
        try {
            if (!connected || handle.isClosed() || !queue.isEmpty()) {
                return false;
            }
            readers.add(reader);
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
            wakeReader();
        }
    }

    OutgoingRequest poll(ConnectionHandle handle, long capacity) {
        OutgoingRequest next = next(handle, capacity);
        if (next == null) {
            throw FuseException.of(Errno.EAGAIN);
        }
        return next;
    }

    /** The next message for a handle, or null. */
    private OutgoingRequest next(ConnectionHandle handle, long capacity) {
        while (true) {
            Progress tooLong;
            lock.lock();
            try {
                checkReader(handle, capacity);
                RequestQueue.Next kind = queue.next();
                if (kind != RequestQueue.Next.REQUEST) {
                    return control(kind, capacity);
                }
                Progress progress = queue.pending().remove();
                if (progress.request().size() <= capacity) {
                    progress.state = Progress.State.READING;
                    progress.handle = handle;
                    copying.add(progress);
                    return progress;
                }
                tooLong = progress;
                tooLong.state = Progress.State.DONE;
                ended(tooLong, tooLong.request().opcode() == Opcode.SETXATTR ? Errno.E2BIG : Errno.EIO);
            } finally {
                lock.unlock();
            }
            tooLong.tell();
            tooLong.release();
            drainBackground();
        }
    }

    private OutgoingRequest control(RequestQueue.Next kind, long capacity) {
        return switch (kind) {
            case INTERRUPT -> controlMessage().interrupt(queue.takeInterrupt());
            case FORGET -> forgetMessage(capacity);
            case NOTHING, REQUEST -> null;
        };
    }

    private void checkReader(ConnectionHandle handle, long capacity) {
        if (!connected || handle.isClosed()) {
            throw FuseException.of(options.profile().readAfterEnd());
        }
        Negotiated limits = negotiated;
        long least = limits == null ? 0 : 2L * InHeader.SIZE + limits.maxWrite();
        if (capacity < Math.max(Protocol.MIN_READ_BUFFER, least)) {
            throw FuseException.of(Errno.EINVAL);
        }
    }

    private ControlMessage controlMessage() {
        ControlMessage message = controlMessages.poll();
        return message == null ? new ControlMessage(controlMessages::add) : message;
    }

    private ControlMessage forgetMessage(long capacity) {
        Negotiated limits = negotiated;
        boolean batch = limits != null && limits.minor() >= BATCH_FORGET_MINOR && queue.forgets().size() > 1;
        ControlMessage message = controlMessage();
        message = batch ? message.batchForget(nextUnique(), queue.forgets(), capacity)
                : message.forget(nextUnique(), queue.forgets());
        signalIfQuiet();
        return message;
    }

    /** Wakes one of who waits for requests. Called without the lock. */
    void wakeReader() {
        Reader reader;
        lock.lock();
        try {
            reader = readers.wakeOne();
        } finally {
            lock.unlock();
        }
        wake(reader);
    }

    private void wake(Reader reader) {
        if (reader != null) {
            LockSupport.unpark(reader.thread);
        }
        for (Runnable waiter : waiters) {
            waiter.run();
        }
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

    int readiness() {
        lock.lock();
        try {
            if (!connected) {
                return DeviceHandle.POLLERR;
            }
            int bits = DeviceHandle.POLLOUT | DeviceHandle.POLLWRNORM;
            return queue.isEmpty() ? bits : bits | DeviceHandle.POLLIN | DeviceHandle.POLLRDNORM;
        } finally {
            lock.unlock();
        }
    }

    /** Counts a request as over, under the lock. Returns whether its caller is to be told. */
    boolean ended(Progress progress, Errno how) {
        outstanding--;
        if (progress.background) {
            activeBackground--;
            backgroundWaits = !background.isEmpty();
        }
        signalIfQuiet();
        return progress.finish(how);
    }

    private void signalIfQuiet() {
        if (isQuiet()) {
            quiet.signalAll();
        }
    }

    private boolean isQuiet() { return outstanding == 0 && background.isEmpty() && queue.forgets().isEmpty(); }

    /** Under the lock. */
    boolean sendsInterrupts() {
        return sendsInterrupts;
    }

    /** The server does not know INTERRUPT. Under the lock. */
    void interruptsAreUnknown() {
        sendsInterrupts = false;
        queue.clearInterrupts();
    }

    KernelProfile profile() {
        return options.profile();
    }

    NotificationSink sink() {
        return sink;
    }

    Delivery notification(int error, long length) {
        NotifyCode code = NotifyCode.of(error).orElse(null);
        if (negotiated == null || !connected || code == null
                || !NotificationDelivery.accepts(code, length, maxMessage)) {
            return Verdict.of(Errno.EINVAL);
        }
        return new NotificationDelivery(this, code, length);
    }

    /** All that was sent is sent again, marked, before all else: the server has lost it. */
    Errno resend() {
        lock.lock();
        try {
            var lost = new ArrayList<Progress>();
            handles.forEach(handle -> handle.processing().drain(lost::add));
            lost.sort((a, b) -> Long.compareUnsigned(b.unique, a.unique));
            for (Progress progress : lost) {
                queue.dropInterrupt(progress);
                progress.identify(progress.unique | Protocol.UNIQUE_RESEND);
                progress.state = Progress.State.PENDING;
                queue.pending().addFirst(progress);
            }
        } finally {
            lock.unlock();
        }
        wakeReader();
        return Errno.OK;
    }

    void closed(ConnectionHandle handle) {
        var ended = new ArrayList<Progress>();
        boolean last;
        lock.lock();
        try {
            handles.remove(handle);
            last = handles.isEmpty();
            handle.processing().drain(progress -> endLater(progress, Errno.ECONNABORTED, ended));
            wakeAllReaders();
        } finally {
            lock.unlock();
        }
        tell(ended);
        if (last) {
            abort();
        }
    }

    /** Ends the connection at once: every caller gets ECONNABORTED, every reader ENODEV. Doing so again does nothing. */
    public void abort() {
        end(Errno.ENOTCONN);
    }

    private void end(Progress timedOut, Errno how) {
        lock.lock();
        try {
            timedOut.finish(how);
        } finally {
            lock.unlock();
        }
        end(how);
    }

    /** @param later what who asks afterwards is told */
    private void end(Errno later) {
        var ended = new ArrayList<Progress>();
        lock.lock();
        try {
            if (!connected) {
                return;
            }
            connected = false;
            endedBy = later;
            while (!queue.pending().isEmpty()) {
                endLater(queue.pending().remove(), Errno.ECONNABORTED, ended);
            }
            while (!background.isEmpty()) {
                outstanding++;
                activeBackground++;
                endLater(background.remove(), Errno.ECONNABORTED, ended);
            }
            handles.forEach(handle -> handle.processing()
                    .drain(progress -> endLater(progress, Errno.ECONNABORTED, ended)));
            copying.forEach(progress -> endWhileCopied(progress, ended));
            queue.clearInterrupts();
            queue.forgets().clear();
            wakeAllReaders();
            quiet.signalAll();
        } finally {
            lock.unlock();
        }
        tell(ended);
        settled.countDown();
        wake(null);
    }

    private void endLater(Progress progress, Errno how, List<Progress> ended) {
        progress.state = Progress.State.DONE;
        queue.dropInterrupt(progress);
        ended(progress, how);
        ended.add(progress);
    }

    /** Its caller goes on at once; the transport, which still has the memory, ends it for the device. */
    private static void endWhileCopied(Progress progress, List<Progress> ended) {
        if (progress.finish(Errno.ECONNABORTED)) {
            progress.hold();
            ended.add(progress);
        }
    }

    private static void tell(List<Progress> ended) {
        for (Progress progress : ended) {
            progress.tell();
            progress.release();
        }
    }

    private void wakeAllReaders() {
        for (Reader reader = readers.wakeOne(); reader != null; reader = readers.wakeOne()) {
            LockSupport.unpark(reader.thread);
        }
    }

    private Errno endedBy() {
        lock.lock();
        try {
            return endedBy;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Unmounts: waits, for a limited time, until everything that was asked for has reached the server, then ends the
     * connection and closes the link. Closing again does nothing.
     */
    @Override public void close() {
        drain(options.drainTimeout());
        abort();
        KernelLink under = link;
        if (under != null) {
            under.close();
        }
    }

    private void drain(Duration timeout) {
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (connected && !isQuiet() && left > 0) {
                left = quiet.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
