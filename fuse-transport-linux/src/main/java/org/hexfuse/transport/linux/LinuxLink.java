package org.hexfuse.transport.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.SlotChannel;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * The connection of one mount.
 *
 * <p>The end is made by a thread of its own, once. First it unmounts; the workers go on, because the kernel may write dirty
 * pages back. Then it wakes those that still wait, and closes all descriptors. The descriptors of channels are the link's,
 * since closing one ends all requests that were read from it, detached ones too.
 */
final class LinuxLink implements ServerLink {
    /** What the kernel sends at most, unless its administrator raised the limit: 256 pages. */
    static final int MAX_PAYLOAD = 1 << 20;

    private static final Logger LOG = Loggers.of(LinuxLink.class);
    /** How long unmounting may take until those who use the filesystem are cut off. */
    private static final Duration UNMOUNT_PATIENCE = Duration.ofSeconds(10);
    private static final Duration ABORT_PATIENCE = Duration.ofSeconds(5);
    private static final Duration WAKE_PATIENCE = Duration.ofSeconds(2);
    private static final Duration END_PATIENCE = UNMOUNT_PATIENCE.plus(Duration.ofSeconds(10));

    private final KernelMount mount;
    private final Runnable onDisconnect;
    private final List<LinuxChannel> channels = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile Limits limits = Limits.beforeInit();

    private final Object lock = new Object();
    private final List<Fd> clones = new ArrayList<>();
    private boolean mainTaken;
    private boolean ending;
    private boolean closed;

    /** @param onDisconnect run when no further request can come, any number of times */
    LinuxLink(KernelMount mount, Runnable onDisconnect) {
        this.mount = mount;
        this.onDisconnect = onDisconnect;
    }

    @Override public int maxMessage() {
        return MAX_PAYLOAD + Limits.HEAD_ROOM;
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

    /** The first channel has the mount's own device, the others have clones, or where these can't be had the same one. */
    private Fd descriptor() {
        if (!mainTaken) {
            mainTaken = true;
            return mount.device();
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

    void forget(LinuxChannel channel) {
        channels.remove(channel);
    }

    /** The kernel has ended the connection: it was unmounted, or aborted. */
    void disconnected() {
        onDisconnect.run();
    }

    @Override public boolean isConnected() {
        synchronized (lock) {
            return !closed && Probe.isConnected(mount.device());
        }
    }

    @Override public boolean blocksInSystemCalls() {
        return true;
    }

    @Override public Errno send(MemorySegment message, long size) {
        return write(mount.device(), message, size);
    }

    /** Writes a whole message. When the connection has ended, whoever waited for it is gone: ENOENT. */
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

    /** Does not wait when a worker calls, which the kernel may need to unmount. */
    @Override public void shutdown() {
        startEnding();
        if (channels.stream().noneMatch(channel -> channel.isUsedBy(Thread.currentThread()))) {
            awaitEnd();
        }
    }

    @Override public void close() {
        startEnding();
        awaitEnd();
    }

    private void startEnding() {
        synchronized (lock) {
            if (ending) {
                return;
            }
            ending = true;
        }
        Thread.ofPlatform().daemon().name("hexfuse-end " + mount.point()).start(this::end);
    }

    /** The end takes bounded time, so an interrupt need not cut the wait short. */
    private void awaitEnd() {
        boolean interrupted = false;
        long deadline = System.nanoTime() + END_PATIENCE.toNanos();
        while (true) {
            try {
                ended.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (TimeoutException | ExecutionException e) {
                LOG.warn("the link to {} did not end in time", mount.point());
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() {
        try {
            unmount();
            synchronized (lock) {
                closed = true;
            }
            channels.forEach(channel -> channel.cancel(WAKE_PATIENCE));
            synchronized (lock) {
                clones.forEach(Fd::close);
            }
            mount.close();
        } finally {
            onDisconnect.run();
            ended.complete(null);
        }
    }

    /** Where it hangs, a filesystem does not answer; closing the descriptors ends that too. */
    private void unmount() {
        Thread unmounter = Thread.ofPlatform().daemon().name("hexfuse-unmount " + mount.point()).start(() -> {
            try {
                mount.unmount();
            } catch (IOException e) {
                LOG.warn("{} stays mounted: {}", mount.point(), e.getMessage());
            }
        });
        try {
            if (!unmounter.join(UNMOUNT_PATIENCE)) {
                LOG.warn("unmounting {} has not ended within {} s; the connection is aborted", mount.point(),
                        UNMOUNT_PATIENCE.toSeconds());
                Thread abort = Thread.ofPlatform().daemon().name("hexfuse-abort " + mount.point()).start(mount::abort);
                abort.join(ABORT_PATIENCE);
            }
        } catch (InterruptedException e) {
            LOG.warn("unmounting {} was interrupted; the connection ends with its descriptors", mount.point());
        }
    }
}
