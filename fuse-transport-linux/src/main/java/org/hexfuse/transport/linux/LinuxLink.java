package org.hexfuse.transport.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hexfuse.abi.DeviceIoctl;
import org.hexfuse.abi.Errno;
import org.hexfuse.libc.Fd;
import org.hexfuse.libc.LibcException;
import org.hexfuse.libc.Syscalls;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.transport.BackingRegistry;
import org.hexfuse.transport.HandoverListener;
import org.hexfuse.transport.HandoverStream;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.Predecessor;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.Transferable;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * The connection of one mount.
 *
 * <p>A thread of its own closes it, once. It unmounts while the workers keep serving, because the kernel may write dirty pages
 * back. Then it wakes the workers that are blocked in a read, and closes all descriptors. The link owns the descriptors of its
 * channels, since closing one aborts all requests that were read from it, detached ones too.
 */
final class LinuxLink implements ServerLink {
    /** The most pages of a message. Linux 6.13 and newer; 256 in older ones. Source: Linux {@code fs/fuse/sysctl.c}. */
    private static final Path PAGES_LIMIT = Path.of("/proc/sys/fs/fuse/max_pages_limit");
    private static final int PAGES_BY_DEFAULT = 256;
    private static final int PAGE = 4096;

    private static final Logger LOG = Loggers.of(LinuxLink.class);
    private static final Duration UNMOUNT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ABORT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration WAKE_TIMEOUT = Duration.ofSeconds(2);
    /** How long closing may take longer than unmounting. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final KernelMount mount;
    private final Runnable onDisconnect;
    private final Duration unmountTimeout;
    private final int maxPayload;
    private final List<LinuxChannel> channels = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> closing = new CompletableFuture<>();
    private volatile Limits limits = Limits.beforeInit();

    /** Where the connection comes from; empty if this process has mounted. */
    private final Optional<LinuxHandoverStream> predecessor;
    /** Whether the connection is this link's to end: not that of a predecessor that still serves it, nor of a successor. */
    private volatile boolean owned;

    /** Guards {@link #paused} and {@link #waiting}; channels wait on it while no request is read. */
    private final Object pausing = new Object();
    private volatile boolean paused;
    private int waiting;

    private final Object lock = new Object();
    private final List<Fd> clones = new ArrayList<>();
    /** Descriptors whose channel is closed. Requests that were read from one may still be answered, so that it stays open. */
    private final ArrayDeque<Fd> free = new ArrayDeque<>();
    private boolean closeStarted;
    private volatile boolean closed;

    /** @param onDisconnect run when no further request can come, any number of times */
    LinuxLink(KernelMount mount, Runnable onDisconnect) {
        this(mount, onDisconnect, UNMOUNT_TIMEOUT);
    }

    /** @param unmountTimeout how long unmounting may take before the connection is aborted */
    LinuxLink(KernelMount mount, Runnable onDisconnect, Duration unmountTimeout) {
        this(mount, onDisconnect, unmountTimeout, Optional.empty());
    }

    /** A link whose connection is still served by the process at the other end of {@code stream}. */
    LinuxLink(KernelMount mount, Runnable onDisconnect, LinuxHandoverStream stream) {
        this(mount, onDisconnect, UNMOUNT_TIMEOUT, Optional.of(stream));
    }

    private LinuxLink(KernelMount mount, Runnable onDisconnect, Duration unmountTimeout,
            Optional<LinuxHandoverStream> predecessor) {
        this.mount = mount;
        this.unmountTimeout = unmountTimeout;
        this.predecessor = predecessor;
        this.owned = predecessor.isEmpty();
        this.maxPayload = mostPages(PAGES_LIMIT) * PAGE;
        free.add(mount.device());
        this.onDisconnect = onDisconnect;
    }

    /** The limit in {@code file}, which an administrator may have changed. */
    static int mostPages(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            // In one read: the kernel has nothing more at any other offset.
            byte[] text = new byte[32];
            int length = Math.max(0, in.read(text));
            return Math.clamp(Long.parseLong(new String(text, 0, length, US_ASCII).strip()), 1, 0xFFFF);
        } catch (IOException | NumberFormatException _) {
            return PAGES_BY_DEFAULT;
        }
    }

    @Override public int maxMessage() {
        return maxPayload + Limits.HEAD_ROOM;
    }

    @Override public void negotiated(Limits agreed) {
        synchronized (lock) {
            limits = agreed;
            channels.forEach(channel -> channel.negotiated(agreed));
        }
    }

    Limits limits() {
        return limits;
    }

    @Override public SlotChannel openChannel() throws IOException {
        synchronized (lock) {
            if (closed) {
                throw new IOException("the link to " + mount.point() + " is shut down");
            }
            var channel = new LinuxChannel(this, descriptor());
            channel.negotiated(limits);
            channels.add(channel);
            return channel;
        }
    }

    /**
     * One that no channel has any more, first the mount's own, else a clone of that, or the same one again where cloning fails.
     */
    private Fd descriptor() {
        Fd present = free.poll();
        if (present != null) {
            return present;
        }
        try {
            Fd clone = Fd.open(KernelMount.DEVICE, OpenFlags.RDWR);
            try {
                clone.ioctl(DeviceIoctl.CLONE.request(), mount.device().value());
            } catch (LibcException e) {
                clone.close();
                throw e;
            }
            clones.add(clone);
            return clone;
        } catch (LibcException e) {
            LOG.debug("workers of {} share a descriptor: {}", mount.point(), e.getMessage());
            return mount.device();
        }
    }

    void forget(LinuxChannel channel, Fd descriptor) {
        synchronized (lock) {
            // Channels share a descriptor where cloning has failed.
            if (channels.remove(channel) && !free.contains(descriptor)) {
                free.push(descriptor);
            }
        }
    }

    /** Called when the kernel has unmounted or aborted the connection. */
    void disconnected() {
        onDisconnect.run();
    }

    @Override public boolean isConnected() {
        synchronized (lock) {
            return !closed && Probe.isConnected(mount.device());
        }
    }

    @Override public <T> Optional<T> feature(Class<T> type) {
        if (type == BackingRegistry.class) {
            return Optional.of(type.cast(new LinuxBacking(mount.device())));
        }
        if (type == Transferable.class) {
            return Optional.of(type.cast(new Transfer()));
        }
        return type == Predecessor.class ? predecessor.map(stream -> type.cast(new Origin(stream, () -> owned = true)))
                : Optional.empty();
    }

    private final class Transfer implements Transferable {
        @Override public HandoverListener listen(Path socket) throws IOException {
            return LinuxHandoverListener.listen(mount, socket);
        }

        @Override public boolean pause(Duration timeout) {
            paused = true;
            long deadline = System.nanoTime() + timeout.toNanos();
            boolean left = true;
            for (LinuxChannel channel : channels) {
                left &= channel.wake(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            }
            return left;
        }

        @Override public int paused() {
            synchronized (pausing) {
                return waiting;
            }
        }

        @Override public void resume() {
            synchronized (pausing) {
                paused = false;
                pausing.notifyAll();
            }
        }

        @Override public void release() {
            owned = false;
            startClosing();
            awaitClosed();
        }
    }

    private record Origin(HandoverStream stream, Runnable onSuccess) implements Predecessor {
        @Override public void succeed() {
            onSuccess.run();
        }
    }

    /** Whether the descriptors are closed, or about to be. */
    boolean isClosed() { return closed; }

    /** Whether channels are not to read. */
    boolean isPaused() { return paused; }

    /** Blocks a channel while the link is paused; returns when it may read, or is to look whether it is cancelled. */
    void awaitResume() {
        boolean interrupted = false;
        synchronized (pausing) {
            waiting++;
            while (paused && !closed) {
                try {
                    pausing.wait();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            waiting--;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override public boolean blocksInSystemCalls() {
        return true;
    }

    @Override public Errno send(MemorySegment message, long size) {
        return write(mount.device(), message, size);
    }

    /** Writes a whole message. ENOENT when the connection is aborted, since its callers are gone. */
    static Errno write(Fd device, MemorySegment message, long size) {
        long written = Syscalls.write(device, message, size);
        while (written == -Errno.EINTR.code()) {
            written = Syscalls.write(device, message, size);
        }
        if (written >= 0) {
            return Errno.OK;
        }
        return written == -Errno.EBADF.code() || written == -Errno.ENODEV.code()
                ? Errno.ENOENT
                : Errno.orEio((int) -written);
    }

    /** Does not block on the unmount when a worker calls, since unmounting may need that worker. */
    @Override public void shutdown() {
        startClosing();
        if (channels.stream().noneMatch(channel -> channel.isUsedBy(Thread.currentThread()))) {
            awaitClosed();
        }
    }

    @Override public void close() {
        startClosing();
        awaitClosed();
    }

    private void startClosing() {
        synchronized (lock) {
            if (closeStarted) {
                return;
            }
            closeStarted = true;
        }
        Thread.ofPlatform().daemon().name("hexfuse-close " + mount.point()).start(this::closeNow);
    }

    /** Closing takes bounded time, so an interrupt is kept and does not end the wait. */
    private void awaitClosed() {
        boolean interrupted = false;
        long deadline = System.nanoTime() + unmountTimeout.plus(CLOSE_TIMEOUT).toNanos();
        while (true) {
            try {
                closing.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (TimeoutException | ExecutionException e) {
                LOG.warn("the link to {} was not closed in time", mount.point());
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeNow() {
        try {
            if (owned) {
                unmount();
            }
            synchronized (lock) {
                closed = true;
            }
            synchronized (pausing) {
                pausing.notifyAll();
            }
            channels.forEach(channel -> channel.cancel(WAKE_TIMEOUT));
            synchronized (lock) {
                clones.forEach(Fd::close);
            }
            if (owned) {
                mount.close();
            } else {
                mount.release();
            }
        } finally {
            onDisconnect.run();
            closing.complete(null);
        }
    }

    /** Unmounts. Where that blocks, because a request has no reply, the connection is aborted, here or by closing the descriptors. */
    private void unmount() {
        Thread unmounter = Thread.ofPlatform().daemon().name("hexfuse-unmount " + mount.point()).start(() -> {
            try {
                mount.unmount();
            } catch (IOException e) {
                LOG.warn("{} stays mounted: {}", mount.point(), e.getMessage());
            }
        });
        try {
            if (!unmounter.join(unmountTimeout)) {
                LOG.warn("unmounting {} is blocked for {} s by a request without a reply; the connection is aborted",
                        mount.point(),
                        unmountTimeout.toSeconds());
                Thread abort = Thread.ofPlatform().daemon().name("hexfuse-abort " + mount.point()).start(mount::abort);
                abort.join(ABORT_TIMEOUT);
            }
        } catch (InterruptedException e) {
            LOG.warn("unmounting {} was interrupted; closing its descriptors aborts the connection", mount.point());
        }
    }
}
