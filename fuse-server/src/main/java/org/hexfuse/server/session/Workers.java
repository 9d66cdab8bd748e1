package org.hexfuse.server.session;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Blocking;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.RequestQueues;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;

/**
 * The threads of one session that read requests, each of which also runs the requests that it reads.
 *
 * <p><b>Blocking filesystems.</b> As many workers read and run requests as the filesystem has threads, whether it blocks or not: with
 * more than there are processors a kernel spreads requests over all of them. For a filesystem that blocks at least one more is
 * parked. It reads when a worker whose handlers have been slow begins a request as the last reader, or when the {@link HoldMonitor}
 * finds that a request has held a worker for a millisecond. A worker that has finished while enough others read is parked, the last
 * one to be woken first; those that nothing wakes end.
 *
 * <p>There are no more workers than {@link ThreadCounts#most}, and no more than the memory of their slots fits the session's budget.
 * Beyond that the last reader stays a reader: it copies the request, in the rest of the budget, and runs it on a virtual
 * thread, or queues it for the next worker that is free where the filesystem blocks in native code. When the budget is used up it
 * waits, so that further requests stay in the kernel (back-pressure); when none of it was freed for a second it answers ENOMEM. So
 * INTERRUPT and FORGET are always read.
 *
 * <p><b>Failures.</b> Nothing that a request throws ends a worker, {@link OutOfMemoryError} included. A failure of the link
 * ends all of them and is logged.
 *
 * <p>Source: libfuse {@code lib/fuse_loop_mt.c}; the monitor's idea is that of Go's {@code sysmon} in {@code runtime/proc.go}.
 */
final class Workers {
    private static final Logger LOG = Loggers.of(Workers.class);
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);
    private static final int MOST_QUEUED = 1024;
    private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long BRIEFLY = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long STALLED = TimeUnit.SECONDS.toNanos(1);

    private final ServerLink link;
    private final String name;
    private final Blocking blocking;
    private final boolean platformThreads;
    private final ThreadCounts counts;
    private final RequestMemory memory;
    private final Supplier<Limits> limits;
    private final Consumer<Slot> handler;
    private final Consumer<Throwable> onLeave;
    private final HoldMonitor monitor;

    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    /** Requests on virtual threads of their own. */
    private final AtomicInteger overflowing = new AtomicInteger();
    /** Workers that read, or are about to. */
    private final AtomicInteger readers = new AtomicInteger();
    /** Copies of requests that wait for a worker. Whether it is empty needs no lock, which each worker asks for each request. */
    private final LinkedBlockingQueue<Slot> queue = new LinkedBlockingQueue<>(MOST_QUEUED);
    private volatile boolean ending;

    /** Guards who is parked and who is held. */
    private final Object lock = new Object();
    private final List<Worker> workers = new ArrayList<>();
    private final ArrayDeque<Worker> parked = new ArrayDeque<>();
    /** The sizes of the two sets, written with the lock. */
    private volatile int parkedCount;
    private volatile int heldCount;

    /**
     * Without threads.
     *
     * @param blocking whether and how the filesystem blocks
     * @param memory the session's budget
     * @param limits the negotiated limits
     * @param handler handles one request and answers it, whatever happens
     * @param onLeave called by each worker that ends with the link, with its failure or null
     */
    Workers(ServerLink link, String name, Blocking blocking, ThreadCounts counts,
            RequestMemory memory, Supplier<Limits> limits,
            Consumer<Slot> handler, Consumer<Throwable> onLeave) {
        this.link = link;
        this.name = name;
        this.blocking = blocking;
        this.platformThreads = link.blocksInSystemCalls() || blocking == Blocking.IN_NATIVE_CODE;
        this.counts = counts;
        this.memory = memory;
        this.limits = limits;
        this.handler = handler;
        this.onLeave = onLeave;
        this.monitor = new HoldMonitor(name, this::inspect);
    }

    /** Starts the first worker. */
    void start() {
        try {
            start(0);
        } catch (IOException | RuntimeException | Error e) {
            onLeave.accept(e);
        }
    }

    /** Starts a worker, or frees what is reserved for it. The channel is opened here: one that fails to open costs no reader. */
    private void start(long reserved) throws IOException {
        var worker = new Worker(reserved);
        SlotChannel channel = null;
        boolean isStarted = false;
        synchronized (lock) {
            workers.add(worker);
        }
        running.incrementAndGet();
        readers.incrementAndGet();
        try {
            channel = link.openChannel();
            SlotChannel own = channel;
            Thread.Builder thread = platformThreads ? Thread.ofPlatform().daemon(true) : Thread.ofVirtual();
            thread.name(name + "-" + started.incrementAndGet()).start(() -> work(worker, own));
            isStarted = true;
        } finally {
            if (!isStarted) {
                readers.decrementAndGet();
                if (channel != null) {
                    channel.close();
                }
                remove(worker);
            }
        }
    }

    /**
     * Starts the other workers after INIT, as far as the budget has room for their slots; for a filesystem that blocks at least one
     * other, since one has to read. Where requests come by queues, starts one for each.
     */
    void startAll() {
        long size = slotSize();
        synchronized (lock) {
            if (memory.tryReserve(size)) {
                workers.getFirst().reserved(size);
            }
        }
        if (InitFlag.OVER_IO_URING.in(limits.get().flags())) {
            link.feature(RequestQueues.class).ifPresent(this::startAll);
            return;
        }
        int count = mayBlock() ? counts.readers() + 1 : counts.readers();
        for (int i = 1; i < count; i++) {
            boolean room = memory.tryReserve(size);
            if (!room && !(mayBlock() && i == 1)) {
                LIMITED.warn("workers", name + ": " + i + " workers instead of " + count
                        + ": max_inflight has no room for the memory of more");
                break;
            }
            if (!startOrWarn(room ? size : 0)) {
                break;
            }
        }
        if (mayBlock()) {
            monitor.start();
        }
    }

    /** Starts a worker for each queue, whose memory was reserved with them. */
    private void startAll(RequestQueues queues) {
        for (int i = 0; i < queues.count(); i++) {
            if (!startOrWarn(0)) {
                queues.decline("a queue has no worker");
                return;
            }
        }
    }

    /** Starts a worker; without a channel, or memory for its thread, returns false and warns. */
    private boolean startOrWarn(long reserved) {
        try {
            start(reserved);
            return true;
        } catch (IOException | RuntimeException | Error e) {
            LIMITED.warn("threads", name + ": no more than " + running.get() + " workers: " + e.getMessage());
            return false;
        }
    }

    private boolean mayBlock() {
        return blocking != Blocking.NEVER;
    }

    /** How many requests wait for a worker. */
    int queued() {
        return queue.size();
    }

    /** How many workers run. */
    int threads() {
        return running.get();
    }

    /** How many workers run, and requests on threads of their own. */
    int running() {
        return running.get() + overflowing.get();
    }

    /**
     * Whether no worker and no other thread has a request, nor is one queued, apart from those of the wait lane.
     *
     * @param paused how many workers the paused link keeps from reading
     */
    boolean isQuiet(int paused) {
        synchronized (lock) {
            // The link does not resume a paused worker meanwhile, and a parked worker is not in the link, so no worker counts twice.
            if (paused + parked.size() < workers.size()) {
                return false;
            }
        }
        return overflowing.get() == 0 && queue.isEmpty();
    }

    /** Ends waits for memory, and parked workers, and answers what is queued. Reads end with the link. */
    void end() {
        ending = true;
        monitor.end();
        synchronized (lock) {
            parked.forEach(Worker::wake);
            readers.addAndGet(parked.size());
            parked.clear();
            parkedCount = 0;
        }
        for (Slot slot = queue.poll(); slot != null; slot = queue.poll()) {
            answer(slot, Errno.EIO);
        }
    }

    private void work(Worker worker, SlotChannel own) {
        worker.started();
        Throwable failure = null;
        boolean idle = false;
        try (SlotChannel channel = own) {
            for (Slot slot = next(channel); slot != null; slot = idle ? null : next(channel)) {
                idle = !handle(worker, slot);
                // An interrupt that a handler left on its thread must not reach the next read.
                Thread.interrupted();
            }
        } catch (Throwable e) {
            failure = e;
        } finally {
            if (!idle) {
                readers.decrementAndGet();
            }
            remove(worker);
            if (!idle || failure != null) {
                onLeave.accept(failure);
            }
        }
    }

    private void remove(Worker worker) {
        synchronized (lock) {
            workers.remove(worker);
        }
        memory.free(worker.reserved());
        running.decrementAndGet();
    }

    /**
     * The next request: one that is queued, as long as another worker reads, or else one that it reads. Without memory to read it into,
     * tries again: the kernel keeps it.
     */
    private Slot next(SlotChannel channel) throws IOException, InterruptedException {
        // This worker counts as a reader, and who queues a request looks here afterwards: one of two readers finds the request.
        Slot queued = readers.get() > 1 ? queue.poll() : null;
        if (queued != null) {
            return queued;
        }
        boolean logged = false;
        while (true) {
            try {
                return channel.next();
            } catch (OutOfMemoryError e) {
                if (!logged) {
                    LIMITED.warn("memory", name + ": no memory to read the next request into, trying again: "
                            + e.getMessage());
                    logged = true;
                }
                LockSupport.parkNanos(RETRY);
            }
        }
    }

    /** Runs a request, or has another thread run it. Returns whether the worker is to read the next one, and does not end. */
    private boolean handle(Worker worker, Slot slot) {
        Opcode opcode = Opcode.byCode(slot.opcode());
        if (!mayBlock() || !mayBlock(opcode)) {
            handler.accept(slot);
            return true;
        }
        worker.begin();
        try {
            if (readers.decrementAndGet() == 0 && !leavesSpare(worker) && !addReader()) {
                readers.incrementAndGet();
                staysReader(opcode, slot);
                return true;
            }
            handler.accept(slot);
        } finally {
            worker.end();
            if (worker.isHeld()) {
                release(worker);
            }
        }
        return readAgain(worker);
    }

    private static boolean mayBlock(Opcode opcode) {
        return opcode != null && opcode != Opcode.INIT && opcode != Opcode.INTERRUPT && opcode != Opcode.SETLKW;
    }

    /**
     * Whether the last reader can run a request itself: it is likely to be quick, and if it is not the monitor has a parked worker read.
     * Waking that one takes longer than such a request.
     */
    private boolean leavesSpare(Worker worker) {
        return !worker.isSlow() && parkedCount > 0 && monitor.watches();
    }

    private void staysReader(Opcode opcode, Slot slot) {
        if (opcode.expectsReply() && (blocking == Blocking.IN_JAVA || running.get() > 1)) {
            passOn(slot);
        } else {
            handler.accept(slot);
        }
    }

    /** After a request: counts the worker as a reader, or parks it while it is not needed. Returns false if it is to end. */
    private boolean readAgain(Worker worker) {
        if (isOneTooMany(worker) && park(worker)) {
            return awaitWake(worker);
        }
        readers.incrementAndGet();
        return true;
    }

    private void release(Worker worker) {
        synchronized (lock) {
            if (worker.isHeld()) {
                worker.release();
                heldCount--;
            }
        }
    }

    private boolean isOneTooMany(Worker worker) {
        return active() > counts.readers() && readers.get() >= (worker.isSlow() ? counts.readers() : 1);
    }

    /** How many workers read, or run requests that do not hold them. */
    private int active() {
        return running.get() - parkedCount - heldCount;
    }

    private boolean park(Worker worker) {
        synchronized (lock) {
            if (ending || !isOneTooMany(worker) || !queue.isEmpty()) {
                return false;
            }
            worker.park();
            parked.push(worker);
            parkedCount = parked.size();
            return true;
        }
    }

    /** Returns whether it was woken, and not ended for being idle. Who wakes it counts it as a reader. */
    private boolean awaitWake(Worker worker) {
        long since = System.nanoTime();
        long idle = counts.idleTime().toNanos();
        while (worker.isParked()) {
            LockSupport.parkNanos(this, idle);
            // No part of this library interrupts it, and park would return at once.
            Thread.interrupted();
            if (System.nanoTime() - since >= idle && endsIdle(worker)) {
                return false;
            }
        }
        return true;
    }

    private boolean endsIdle(Worker worker) {
        synchronized (lock) {
            if (!worker.isParked() || parked.size() <= counts.idle()) {
                return false;
            }
            parked.remove(worker);
            parkedCount = parked.size();
            return true;
        }
    }

    /** Has one more worker read, a parked one or a new one. */
    private boolean addReader() {
        return wake() || tryStart();
    }

    private boolean wake() {
        synchronized (lock) {
            Worker worker = parked.poll();
            if (worker == null) {
                return false;
            }
            parkedCount = parked.size();
            readers.incrementAndGet();
            worker.wake();
            return true;
        }
    }

    private boolean tryStart() {
        long size = slotSize();
        synchronized (lock) {
            // A quarter of the budget is left for requests that are copied.
            if (running.get() >= counts.most() || ending || memory.reserved() + size > memory.limit() / 4 * 3
                    || !memory.tryReserve(size)) {
                return false;
            }
            return startOrWarn(size);
        }
    }

    /**
     * Called by the monitor: marks workers that requests hold, and has others read instead.
     *
     * @return whether any has run since
     */
    private boolean inspect() {
        boolean busy = false;
        int missing;
        synchronized (lock) {
            for (Worker worker : workers) {
                busy |= !worker.isIdle();
                if (worker.inspect()) {
                    heldCount++;
                }
            }
            missing = counts.readers() - active();
        }
        for (int i = 0; i < missing && addReader(); i++) {
            // One more reads.
        }
        return busy;
    }

    /** The memory of one worker: a request and a reply of the largest size. */
    private long slotSize() {
        return 2L * limits.get().maxMessage();
    }

    /** For the last reader: passes a copy of a request on to another thread. */
    private void passOn(Slot slot) {
        Slot copy = slot instanceof ReservedSlot ? slot : copy(slot);
        if (copy == null) {
            return;
        }
        if (blocking == Blocking.IN_JAVA) {
            runOnItsOwn(copy);
        } else if (!queue.offer(copy)) {
            answer(copy, Errno.ENOMEM);
        } else {
            wake();
        }
    }

    /** A copy of a request, once the budget has room for it; null if it was answered instead. */
    private Slot copy(Slot slot) {
        long replyRoom = MessageSizes.replyRoom(slot, limits.get());
        long size = WaitLane.REQUEST_SIZE + MessageSizes.requestSize(slot) + replyRoom;
        long frees = memory.frees();
        long since = System.nanoTime();
        while (!memory.tryReserve(size)) {
            if (memory.frees() != frees) {
                frees = memory.frees();
                since = System.nanoTime();
            } else if (ending || System.nanoTime() - since > STALLED) {
                answer(slot, Errno.ENOMEM);
                return null;
            }
            LockSupport.parkNanos(BRIEFLY);
        }
        return ReservedSlot.detach(slot, replyRoom, memory, size);
    }

    private void runOnItsOwn(Slot slot) {
        overflowing.incrementAndGet();
        try {
            Thread.ofVirtual().name(name + "-more").start(() -> {
                try {
                    handler.accept(slot);
                } finally {
                    overflowing.decrementAndGet();
                }
            });
        } catch (OutOfMemoryError e) {
            overflowing.decrementAndGet();
            LIMITED.warn("threads", name + ": no thread for a request, which is answered ENOMEM: " + e.getMessage());
            answer(slot, Errno.ENOMEM);
        }
    }

    /** Answers a request that is not run. */
    static void answer(Slot slot, Errno errno) {
        Opcode opcode = Opcode.byCode(slot.opcode());
        if (opcode == null || opcode.expectsReply()) {
            slot.commit(errno, 0, 0);
        } else {
            slot.release();
        }
    }
}
