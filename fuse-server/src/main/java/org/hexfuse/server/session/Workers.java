package org.hexfuse.server.session;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Blocking;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;

/**
 * The threads of one session that read requests, each of which also runs the requests that it reads.
 *
 * <p><b>Blocking filesystems.</b> A worker that begins a request while no other reads starts one more before, as libfuse does,
 * up to {@value #MOST} and as long as the memory of its slot fits the session's budget. Beyond that the last reader stays a
 * reader: it queues a copy of the request, in the rest of the budget, for the next worker that is free. When the budget is used up it
 * waits, so that further requests stay in the kernel (back-pressure); when no request has finished for a second it answers ENOMEM. So
 * INTERRUPT and FORGET are always read.
 *
 * <p><b>Failures.</b> Nothing that a request throws ends a worker, {@link OutOfMemoryError} included. A failure of the link
 * ends all of them and is logged.
 *
 * <p>Source: libfuse {@code lib/fuse_loop_mt.c}.
 */
final class Workers {
    private static final Logger LOG = Loggers.of(Workers.class);
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);
    private static final int MOST = 64;
    private static final int MOST_QUEUED = 1024;
    private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long BRIEFLY = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long STALLED = TimeUnit.SECONDS.toNanos(1);

    private final ServerLink link;
    private final String name;
    private final boolean blocking;
    private final boolean platformThreads;
    private final RequestMemory memory;
    private final Supplier<Limits> limits;
    private final Consumer<Slot> handler;
    private final Consumer<Throwable> onLeave;

    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    /** Workers that read, or are about to. */
    private final AtomicInteger readers = new AtomicInteger();
    private final AtomicLong finished = new AtomicLong();
    private final ArrayBlockingQueue<Slot> queue = new ArrayBlockingQueue<>(MOST_QUEUED);
    private volatile boolean ending;

    /**
     * Without threads.
     *
     * @param blocking whether and how the filesystem blocks
     * @param memory the session's budget
     * @param limits the negotiated limits
     * @param handler handles one request and answers it, whatever happens
     * @param onLeave called by each worker that ends, with the link's failure or null
     */
    Workers(ServerLink link, String name, Blocking blocking, RequestMemory memory, Supplier<Limits> limits,
            Consumer<Slot> handler, Consumer<Throwable> onLeave) {
        this.link = link;
        this.name = name;
        this.blocking = blocking != Blocking.NEVER;
        this.platformThreads = link.blocksInSystemCalls() || blocking == Blocking.IN_NATIVE_CODE;
        this.memory = memory;
        this.limits = limits;
        this.handler = handler;
        this.onLeave = onLeave;
    }

    /** Starts one more worker. */
    void start() {
        running.incrementAndGet();
        readers.incrementAndGet();
        try {
            Thread.Builder thread = platformThreads ? Thread.ofPlatform().daemon(true) : Thread.ofVirtual();
            thread.name(name + "-" + started.incrementAndGet()).start(this::work);
        } catch (OutOfMemoryError e) {
            readers.decrementAndGet();
            running.decrementAndGet();
            throw e;
        }
    }

    /** Starts the other workers after INIT, as far as the budget has room for their slots. */
    void startAll(int count) {
        memory.tryReserve(slotSize());
        for (int i = 1; i < count; i++) {
            if (!memory.tryReserve(slotSize())) {
                LIMITED.warn("workers", name + ": " + i + " workers instead of " + count
                        + ": max_inflight has no room for the memory of more");
                return;
            }
            start();
        }
    }

    int running() {
        return running.get();
    }

    /** How many requests wait for a worker. */
    int queued() {
        return queue.size();
    }

    /** Ends waits for memory and answers what is queued. Reads end with the link. */
    void end() {
        ending = true;
        for (Slot slot = queue.poll(); slot != null; slot = queue.poll()) {
            answer(slot, Errno.EIO);
        }
    }

    private void work() {
        Throwable failure = null;
        try (SlotChannel channel = link.openChannel()) {
            for (Slot slot = next(channel); slot != null; slot = next(channel)) {
                handle(slot);
                // An interrupt that a handler left on its thread must not reach the next read.
                Thread.interrupted();
            }
        } catch (Throwable e) {
            failure = e;
        } finally {
            readers.decrementAndGet();
            running.decrementAndGet();
            onLeave.accept(failure);
        }
    }

    /** Reads the next request. Without memory to read it into, tries again: the kernel keeps it. */
    private Slot next(SlotChannel channel) throws IOException, InterruptedException {
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

    private void handle(Slot slot) {
        Opcode opcode = Opcode.byCode(slot.opcode());
        if (!blocking || !mayBlock(opcode)) {
            handler.accept(slot);
            return;
        }
        if (readers.decrementAndGet() > 0 || tryStartReader()) {
            try {
                handler.accept(slot);
                runQueued();
            } finally {
                readers.incrementAndGet();
            }
            return;
        }
        readers.incrementAndGet();
        if (opcode.expectsReply()) {
            enqueue(slot);
        } else {
            handler.accept(slot);
        }
    }

    private static boolean mayBlock(Opcode opcode) {
        return opcode != null && opcode != Opcode.INIT && opcode != Opcode.INTERRUPT && opcode != Opcode.SETLKW;
    }

    private void runQueued() {
        finished.incrementAndGet();
        for (Slot slot = queue.poll(); slot != null; slot = queue.poll()) {
            handler.accept(slot);
            finished.incrementAndGet();
        }
    }

    private boolean tryStartReader() {
        long size = slotSize();
        // A quarter of the budget is left for queued requests.
        if (running.get() >= MOST || ending || memory.reserved() + size > memory.limit() / 4 * 3
                || !memory.tryReserve(size)) {
            return false;
        }
        try {
            start();
            return true;
        } catch (OutOfMemoryError e) {
            memory.free(size);
            LIMITED.warn("threads", name + ": no more than " + running.get() + " workers: " + e.getMessage());
            return false;
        }
    }

    /** The memory of one worker: a request and a reply of the largest size. */
    private long slotSize() {
        return 2L * limits.get().maxMessage();
    }

    /** For the last reader: passes a request on to the next worker that is free. */
    private void enqueue(Slot slot) {
        long replyRoom = MessageSizes.replyRoom(slot, limits.get());
        long size = MessageSizes.requestSize(slot) + replyRoom;
        long progress = finished.get();
        long since = System.nanoTime();
        while (!memory.tryReserve(size)) {
            if (finished.get() != progress) {
                progress = finished.get();
                since = System.nanoTime();
            } else if (ending || System.nanoTime() - since > STALLED) {
                answer(slot, Errno.ENOMEM);
                return;
            }
            LockSupport.parkNanos(BRIEFLY);
        }
        Slot copy = ReservedSlot.detach(slot, replyRoom, memory, size);
        if (copy != null && !queue.offer(copy)) {
            answer(copy, Errno.ENOMEM);
        } else if (readers.get() > 1) {
            // A worker has become free since, and may have found the queue empty.
            runQueued();
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
