package org.hexfuse.transport.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.UringCmdReq;
import org.hexfuse.abi.UringCommand;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.IoUring;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.PollSet;
import org.hexfuse.libc.Syscalls;
import org.hexfuse.libc.ThreadAffinity;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.NativeMemory;
import org.hexfuse.transport.spi.SlotPool;
import org.slf4j.Logger;

/**
 * The ring and the entries of one processor, and the source of requests of the worker that calls {@link #next} first.
 *
 * <p>The replies that the worker gives are submitted when it asks for the next request, in the same call, and before it is handed one.
 * Those of other threads wait in {@link #late} for the worker: the kernel would copy later requests of the entry on the thread that
 * submits the reply, and lose the entry when that thread ends. An event counter, which the ring always reads, wakes the worker for
 * them.
 *
 * <p>The kernel gives requests that are queued, because all entries are lent, to entries that are committed and not to new ones. So after a
 * new one is registered for a late reply, a {@linkplain Nudge nudge} makes sure that one is committed.
 */
final class UringQueue {
    /** How many entries a queue may have beyond its depth, for requests that are answered late. */
    static final int MOST_SPARES = 64;

    private static final Logger LOG = Loggers.of(UringQueue.class);
    /** The registered files of the ring. */
    private static final int DEVICE = 0;
    private static final int EVENT = 1;
    private static final long WOKEN = -1;
    private static final MemorySegment ONE = one();

    /** What a queue reports to its link. */
    interface Listener {
        /** The kernel has unmounted or aborted the connection. Called by the worker. */
        void disconnected();

        /** The kernel has refused all entries of the queue, so that no queue is used. Called by the worker. */
        void refused(Errno errno);
    }

    private final int number;
    private final int depth;
    private final Limits limits;
    private final Listener listener;
    private final Nudge nudge;
    private final IoUring ring;
    private final Fd event;
    /** Its other end is in the ring alone, so that it is readable when the kernel has freed the ring. */
    private final Fd released;
    private final SlotPool pool = new SlotPool();
    private final MemorySegment counter = NativeMemory.JVM.allocate(8, 8);
    private final MemorySegment command = NativeMemory.JVM.allocate(UringCmdReq.SIZE, 8);
    /** Replies of other threads than the worker. */
    private final Queue<UringEntry> late = new ConcurrentLinkedQueue<>();
    /** Entries that are not registered yet. */
    private final Queue<UringEntry> spares = new ConcurrentLinkedQueue<>();

    /** Guards the two below, and writes of {@link #entries}. */
    private final Object lock = new Object();
    private volatile List<UringEntry> entries = List.of();
    private int detached;
    /** How many entries the kernel has. */
    private int registered;
    private volatile Thread worker;
    private volatile boolean left;

    /**
     * Makes the ring and its entries.
     *
     * @param point the mount point
     * @param number the number of the queue and of its processor
     * @throws LibcException if the ring cannot be made
     * @throws OutOfMemoryError if there is no memory for the entries
     */
    UringQueue(String point, int number, int depth, Limits limits, Fd device, Listener listener) throws LibcException {
        this.number = number;
        this.depth = depth;
        this.limits = limits;
        this.listener = listener;
        this.nudge = new Nudge(point, number);
        for (int i = 0; i < depth; i++) {
            spares.add(newEntry());
        }
        this.ring = IoUring.create(depth + MOST_SPARES + 1);
        Fd counting = null;
        try (Fd.Pipe pipe = Fd.pipe()) {
            counting = Fd.eventfd();
            ring.registerFiles(device, counting, pipe.writer());
            this.event = counting;
            this.released = pipe.reader().duplicate();
        } catch (LibcException e) {
            ring.close();
            if (counting != null) {
                counting.close();
            }
            throw e;
        }
    }

    private static MemorySegment one() {
        MemorySegment memory = Arena.global().allocate(8, 8);
        memory.set(JAVA_LONG, 0, 1);
        return memory;
    }

    private UringEntry newEntry() {
        var entry = new UringEntry(this, entries.size(), limits.maxPayload(), pool);
        var more = new ArrayList<>(entries);
        more.add(entry);
        entries = List.copyOf(more);
        return entry;
    }

    boolean isUsedBy(Thread thread) {
        return thread.equals(worker);
    }

    /**
     * Receives the next request; submits replies. Blocks until there is one.
     *
     * @return null once the queue is left, or the kernel has ended the connection
     * @throws IOException if the kernel refuses a reply, or its message is malformed
     */
    Slot next() throws IOException {
        if (worker == null) {
            begin();
        }
        while (!left) {
            submitPrepared();
            if (ring.take()) {
                Slot slot = completed(ring.userData(), Errno.orEio(Math.max(0, -ring.result())));
                if (slot != null) {
                    return slot;
                }
            }
        }
        return null;
    }

    private void begin() throws LibcException {
        worker = Thread.currentThread();
        try {
            ThreadAffinity.pin(number);
        } catch (LibcException e) {
            LOG.debug("the worker of {} runs on any processor: {}", this, e.getMessage());
        }
        ring.enable();
        awaitEvent();
    }

    private void awaitEvent() {
        ring.read(EVENT, counter, Long.BYTES, WOKEN);
    }

    /** Submits what is prepared, and blocks unless there is a completion. */
    private void submitPrepared() throws LibcException {
        for (UringEntry entry = late.poll(); entry != null; entry = late.poll()) {
            prepare(entry, UringCommand.COMMIT_AND_FETCH);
        }
        registerSpares();
        boolean waits = !ring.hasCompletion();
        if (!waits && ring.prepared() == 0) {
            return;
        }
        long submitted = ring.submit(waits ? 1 : 0);
        if (submitted < 0) {
            Errno errno = Errno.orEio((int) -submitted);
            switch (errno) {
                case EINTR, EAGAIN, EBUSY -> {
                    // Again.
                }
                case EBADF -> left = true;
                default -> throw LibcException.of("io_uring_enter", errno);
            }
        }
    }

    private void registerSpares() {
        boolean first = registered == 0;
        boolean any = false;
        for (UringEntry entry = spares.poll(); entry != null; entry = spares.poll()) {
            registered++;
            any = true;
            prepare(entry, UringCommand.REGISTER);
        }
        if (any && !first) {
            ring.submit(0);
            nudge.send();
        }
    }

    private void prepare(UringEntry entry, UringCommand kind) {
        boolean registers = kind == UringCommand.REGISTER;
        UringCmdReq.FLAGS.set(command, 0);
        UringCmdReq.COMMIT_ID.set(command, registers ? 0 : entry.commitId());
        UringCmdReq.QID.set(command, (short) number);
        ring.command(DEVICE, kind.code(), registers ? entry.vectors() : MemorySegment.NULL, registers ? 2 : 0, command,
                entry.index());
    }

    /** The request that has come; null if the completion is of something else. */
    private Slot completed(long data, Errno errno) throws IOException {
        if (data == WOKEN) {
            awaitEvent();
            return null;
        }
        UringEntry entry = entries.get((int) data);
        if (errno == Errno.OK) {
            if (entry.isDetached()) {
                synchronized (lock) {
                    detached--;
                }
            }
            Slot slot = entry.received(limits);
            if (!nudge.hasSent(slot)) {
                return slot;
            }
            slot.commit(Errno.ENOSYS, 0, 0);
            return null;
        }
        if (UringSupport.isDisconnect(errno)) {
            left = true;
            listener.disconnected();
        } else if (entry.isFresh()) {
            registered--;
            LOG.debug("{} is not registered: {}", entry, errno.message());
            if (registered == 0) {
                left = true;
                listener.refused(errno);
            }
        } else {
            throw LibcException.of("the reply by " + entry, errno);
        }
        return null;
    }

    /** Sends the reply of an entry. ENOENT when the queue is left. */
    Errno reply(int index, long unique, Errno error, long length) {
        UringEntry entry = entries.get(index);
        entry.replied(unique, error, length);
        if (left || ring.isClosed()) {
            return Errno.ENOENT;
        }
        if (!isUsedBy(Thread.currentThread())) {
            late.add(entry);
            wake();
        } else {
            prepare(entry, UringCommand.COMMIT_AND_FETCH);
            if (entry.isDetached()) {
                flush();
            }
        }
        return Errno.OK;
    }

    /**
     * Submits what is prepared, if the calling thread is the worker: a handler does more that its caller may have to see the reply for,
     * such as to send a notification.
     */
    void flush() {
        if (isUsedBy(Thread.currentThread()) && ring.prepared() > 0) {
            ring.submit(0);
        }
    }

    /**
     * An entry in place of one that is to be detached.
     *
     * @throws OutOfMemoryError if the queue has the most that it may have, or there is no memory
     */
    void replace() {
        synchronized (lock) {
            if (entries.size() - detached <= depth) {
                if (entries.size() == depth + MOST_SPARES) {
                    throw new OutOfMemoryError(MOST_SPARES + " requests of one processor wait for late replies");
                }
                spares.add(newEntry());
            }
            detached++;
        }
        if (!isUsedBy(Thread.currentThread())) {
            wake();
        }
    }

    /** Makes {@link #next} return null, also if it blocks. Called by any thread. */
    void leave() {
        left = true;
        wake();
    }

    private void wake() {
        Syscalls.write(event, ONE, Long.BYTES);
    }

    /** Leaves and closes the ring, which ends the requests that the queue has. The kernel frees it in the background. */
    void close() {
        leave();
        ring.close();
        event.close();
    }

    /** Waits until the kernel has freed the ring, and writes to no entry any more. Returns false after {@code timeout} milliseconds. */
    boolean awaitReleased(int timeout) {
        try (Arena arena = Arena.ofConfined(); released) {
            var end = new PollSet(arena, 1);
            end.set(0, released, PollSet.IN);
            return end.poll(timeout) > 0;
        }
    }

    @Override public String toString() {
        return "queue " + number;
    }
}
