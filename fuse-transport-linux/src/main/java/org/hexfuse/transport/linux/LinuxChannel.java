package org.hexfuse.transport.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.PollSet;
import org.hexfuse.libc.Syscalls;
import org.hexfuse.libc.ThreadWaker;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.spi.LinearSlot;
import org.hexfuse.transport.spi.SlotPool;

/**
 * One worker's descriptor of the device and its buffers, resized when INIT is answered. A reply is written to the descriptor
 * that the request was read from: the kernel looks it up in that descriptor's processing queue.
 */
final class LinuxChannel implements SlotChannel {
    private static final int PAGE = 4096;

    private final LinuxLink link;
    private final Fd device;
    private final SlotPool pool = new SlotPool();
    private Limits limits = Limits.beforeInit();
    private Arena arena = Arena.ofShared();
    private LinearSlot slot = allocate(arena, limits);
    private volatile Worker worker;
    private volatile boolean cancelled;

    /** The thread that reads, and its waker. */
    private record Worker(Thread thread, ThreadWaker waker) {}

    LinuxChannel(LinuxLink link, Fd device) {
        this.link = link;
        this.device = device;
    }

    /** Resizes the pool when INIT is answered. Called by any thread; the slot is resized with the next request. */
    void negotiated(Limits agreed) {
        pool.negotiated(agreed);
    }

    boolean isUsedBy(Thread thread) {
        Worker present = worker;
        return present != null && present.thread.equals(thread);
    }

    /** Makes {@link #next} return null; waits, no longer than {@code timeout}, until the worker has left its system call. */
    void cancel(Duration timeout) {
        cancelled = true;
        Worker present = worker;
        if (present != null) {
            present.waker.wake(timeout);
        }
    }

    /** Has the worker leave a read, if it is in one; waits no longer than {@code timeout}, and returns whether it has. */
    boolean wake(Duration timeout) {
        Worker present = worker;
        return present == null || present.waker.wake(timeout);
    }

    /**
     * Begins a read, once the link is not paused. A link that is being paused finds the worker in a read and wakes it, or the worker
     * finds the link paused.
     *
     * @return the waker of the read; null if the channel is cancelled
     */
    private ThreadWaker enter() {
        while (!cancelled) {
            ThreadWaker waker = waker();
            if (waker.enter()) {
                if (!link.isPaused() && !cancelled) {
                    return waker;
                }
                waker.leave();
            }
            link.awaitResume();
            // A waker that has woken its thread does so for ever.
            worker = null;
            if (link.isClosed()) {
                return null;
            }
        }
        return null;
    }

    @Override public Slot next() throws IOException {
        resize();
        for (ThreadWaker waker = enter(); waker != null; waker = enter()) {
            long length;
            try {
                length = Syscalls.read(device, slot.request(), slot.request().byteSize());
            } finally {
                waker.leave();
            }
            if (length >= 0) {
                return slot.received(length, limits);
            }
            if (!retry(Errno.orEio((int) -length), waker)) {
                link.disconnected();
                return null;
            }
        }
        return null;
    }

    /** Whether to read again. ENOENT: the request was interrupted during the read. */
    private boolean retry(Errno errno, ThreadWaker waker) throws IOException {
        return switch (errno) {
            case EINTR, ENOENT -> true;
            case EAGAIN -> awaitRequest(waker);
            case ENODEV, ECONNABORTED, EBADF -> false;
            default -> throw LibcException.of("read " + KernelMount.DEVICE, errno);
        };
    }

    /** The descriptor is non-blocking, as when another holder of the open file has set O_NONBLOCK. */
    private boolean awaitRequest(ThreadWaker waker) {
        if (waker.enter()) {
            try (Arena temporary = Arena.ofConfined()) {
                var readable = new PollSet(temporary, 1);
                readable.set(0, device, PollSet.IN);
                readable.poll(-1);
            } finally {
                waker.leave();
            }
        }
        return true;
    }

    /** The waker of the calling thread. A worker that registers after {@link #cancel} finds the channel cancelled. */
    private ThreadWaker waker() {
        Worker present = worker;
        if (present == null || !present.thread.equals(Thread.currentThread())) {
            present = new Worker(Thread.currentThread(), ThreadWaker.register());
            worker = present;
        }
        return present.waker;
    }

    private void resize() {
        Limits agreed = link.limits();
        if (!agreed.equals(limits)) {
            Arena before = arena;
            var larger = Arena.ofShared();
            try {
                slot = allocate(larger, agreed);
            } catch (OutOfMemoryError e) {
                larger.close();
                throw e;
            }
            arena = larger;
            limits = agreed;
            before.close();
        }
    }

    private LinearSlot allocate(Arena memory, Limits sizes) {
        long size = (sizes.maxMessage() + PAGE - 1L) / PAGE * PAGE;
        return new LinearSlot(memory.allocate(size, PAGE), memory.allocate(size, PAGE), this::reply, pool);
    }

    private Errno reply(long unique, Errno error, MemorySegment memory, long offset, long length) {
        long start = offset - OutHeader.SIZE;
        MemorySegment message = start == 0 ? memory : memory.asSlice(start);
        long size = OutHeader.SIZE + length;
        OutHeader.LEN.set(message, (int) size);
        OutHeader.ERROR.set(message, -error.code());
        OutHeader.UNIQUE.set(message, unique);
        return LinuxLink.write(device, message, size);
    }

    @Override public void close() {
        cancelled = true;
        link.forget(this, device);
        Worker present = worker;
        if (present != null) {
            present.waker.close();
        }
        arena.close();
    }
}
