package org.hexfuse.transport.linux.uring;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.UringCmdReq;
import org.hexfuse.abi.UringCommand;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.IoUring;
import org.hexfuse.libc.LibcException;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.RequestQueues;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.Transferable;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * The link of a mount whose requests come over io_uring, where the kernel and the session can, else as those of the link that it
 * decorates.
 *
 * <p>It cannot be handed over: a ring belongs to its process.
 *
 * <p>Closing first unmounts, while the queues are served. Then it closes the rings, which ends the connection for callers whose requests
 * have no reply.
 */
public final class UringLink implements ServerLink {
    private static final Logger LOG = Loggers.of(UringLink.class);
    private static final int RELEASE_TIMEOUT = 2000;
    /** Longer than the decorated link and {@link #RELEASE_TIMEOUT} take. */
    private static final long CLOSE_TIMEOUT = 25;

    private final ServerLink link;
    private final String name;
    private final Fd device;
    private final int depth;
    private final Runnable onDisconnect;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Guards the fields below. */
    private final Object lock = new Object();
    private List<UringQueue> queues = List.of();
    private int opened;
    private boolean negotiated;
    private boolean closeStarted;
    private volatile boolean declined;

    /**
     * Decorates a link.
     *
     * @param link the link, whose device is {@code device}
     * @param name the mount point
     * @param depth the entries of each queue
     * @param onDisconnect run when no further request can come, any number of times
     */
    public UringLink(ServerLink link, String name, Fd device, int depth, Runnable onDisconnect) {
        this.link = link;
        this.name = name;
        this.device = device;
        this.depth = depth;
        this.onDisconnect = onDisconnect;
    }

    private final class Queues implements RequestQueues {
        @Override public int count() {
            return UringSupport.queues();
        }

        @Override public long memory(Limits limits) {
            return UringSupport.memory(depth, limits.maxPayload());
        }

        @Override public boolean open(Limits limits, boolean offered) {
            if (!offered) {
                decline(UringSupport.notOffered());
                return false;
            }
            return openQueues(limits);
        }

        @Override public void decline(String reason) {
            UringLink.this.decline(reason);
        }
    }

    private boolean openQueues(Limits limits) {
        var made = new ArrayList<UringQueue>();
        try {
            for (int i = 0; i < UringSupport.queues(); i++) {
                made.add(new UringQueue(name, i, depth, limits, device, new Reports()));
            }
        } catch (LibcException | OutOfMemoryError e) {
            made.forEach(UringQueue::close);
            release(made);
            decline(e instanceof LibcException failure ? UringSupport.refusal(failure) : e.getMessage());
            return false;
        }
        synchronized (lock) {
            queues = List.copyOf(made);
        }
        LOG.debug("{}: {} queues of {} entries, {} bytes", name, made.size(), depth,
                UringSupport.memory(depth, limits.maxPayload()));
        return true;
    }

    private final class Reports implements UringQueue.Listener {
        @Override public void disconnected() {
            onDisconnect.run();
        }

        @Override public void refused(Errno errno) {
            decline("the kernel refuses its entries: " + errno.message());
        }
    }

    private void decline(String reason) {
        boolean begun;
        synchronized (lock) {
            if (declined || closeStarted) {
                return;
            }
            declined = true;
            begun = negotiated;
        }
        LOG.warn("{} is not served over io_uring but through /dev/fuse: {}", name, reason);
        if (begun) {
            failRegistration();
            current().forEach(UringQueue::leave);
        } else {
            current().forEach(UringQueue::close);
        }
    }

    private void failRegistration() {
        // The kernel holds requests back until all queues are registered, or one registration has failed.
        try (Arena arena = Arena.ofConfined(); IoUring ring = IoUring.create(1)) {
            ring.registerFiles(device);
            ring.enable();
            ring.command(0, UringCommand.REGISTER.code(), MemorySegment.NULL, 0, arena.allocate(UringCmdReq.SIZE, 8),
                    0);
            ring.submit(1);
        } catch (LibcException e) {
            LOG.error("{} cannot be served: the kernel waits for its queues: {}", name, e.getMessage());
            startClosing();
        }
    }

    private List<UringQueue> current() {
        synchronized (lock) {
            return queues;
        }
    }

    @Override public int maxMessage() {
        return link.maxMessage();
    }

    @Override public void negotiated(Limits limits) {
        synchronized (lock) {
            negotiated = InitFlag.OVER_IO_URING.in(limits.flags());
        }
        link.negotiated(limits);
    }

    /** After INIT, that of a queue that has none; else one of the decorated link. */
    @Override public SlotChannel openChannel() throws IOException {
        synchronized (lock) {
            if (negotiated && !declined && !closeStarted && opened < queues.size()) {
                opened++;
                return new Channel(queues.get(opened - 1));
            }
        }
        return link.openChannel();
    }

    /** The channel of a queue, or one of the decorated link once the queues are given up. */
    private final class Channel implements SlotChannel {
        private final UringQueue queue;
        private Optional<SlotChannel> instead = Optional.empty();

        Channel(UringQueue queue) {
            this.queue = queue;
        }

        @Override public Slot next() throws IOException, InterruptedException {
            if (instead.isEmpty()) {
                Slot slot = queue.next();
                if (slot != null || !declined) {
                    return slot;
                }
                instead = Optional.of(link.openChannel());
            }
            return instead.get().next();
        }

        @Override public void close() {
            instead.ifPresent(SlotChannel::close);
            queue.leave();
        }
    }

    @Override public boolean blocksInSystemCalls() {
        return true;
    }

    @Override public Errno send(MemorySegment message, long size) {
        current().forEach(UringQueue::flush);
        return link.send(message, size);
    }

    @Override public boolean isConnected() { return link.isConnected(); }

    @Override public <T> Optional<T> feature(Class<T> type) {
        if (type == RequestQueues.class) {
            return Optional.of(type.cast(new Queues()));
        }
        return type == Transferable.class ? Optional.empty() : link.feature(type);
    }

    /** Does not block on the unmount when the worker of a queue calls, since unmounting may need that worker. */
    @Override public void shutdown() {
        startClosing();
        if (current().stream().noneMatch(queue -> queue.isUsedBy(Thread.currentThread()))) {
            awaitClosed();
        }
    }

    @Override public void close() {
        startClosing();
        awaitClosed();
        link.close();
    }

    private void startClosing() {
        synchronized (lock) {
            if (closeStarted) {
                return;
            }
            closeStarted = true;
        }
        Thread.ofPlatform().daemon().name("hexfuse-close-rings " + name).start(this::closeNow);
    }

    private void closeNow() {
        try {
            link.shutdown();
        } finally {
            List<UringQueue> all = current();
            all.forEach(UringQueue::close);
            onDisconnect.run();
            release(all);
            closed.countDown();
        }
    }

    /** Keeps the entries until the kernel does not write to them any more. */
    private void release(List<UringQueue> all) {
        try {
            for (UringQueue queue : all) {
                if (!queue.awaitReleased(RELEASE_TIMEOUT)) {
                    LOG.warn("{}: the kernel has not freed the ring of {}", name, queue);
                }
            }
        } finally {
            Reference.reachabilityFence(all);
        }
    }

    private void awaitClosed() {
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_TIMEOUT);
        while (true) {
            try {
                if (!closed.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    LOG.warn("the rings of {} were not closed in time", name);
                }
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
