package org.hexfuse.transport.unix;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.libc.SocketType;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;

/**
 * The kernel's end of one connection: a thread that sends requests, one that reads replies, and one for notifications if any
 * come. When one of them ends, all do.
 */
final class UnixKernelLink implements KernelLink {
    private static final Logger LOG = Loggers.of(UnixKernelLink.class);
    private static final Duration JOIN = Duration.ofSeconds(5);

    private static final int DEFAULT_PEER = 128 * 1024 + Limits.HEAD_ROOM;
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);

    private final Wire wire;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Attachment attachment;

    /** What runs between a device and the wire. */
    private final class Attachment {
        final DeviceHandle handle;
        final NotificationQueue notifications;
        final Thread pump;
        final Thread reader;

        Attachment(DeviceHandle handle) {
            this.handle = handle;
            this.notifications = new NotificationQueue(handle, wire.toString());
            var requests = new RequestPump(wire, handle);
            var replies = new ReplyReader(wire, handle, notifications);
            this.pump = thread("hexfuse-requests ", () -> run(requests::run));
            this.reader = thread("hexfuse-replies ", () -> run(replies::run));
        }

        private Thread thread(String name, Runnable task) {
            return Thread.ofPlatform().daemon().name(name + wire).unstarted(task);
        }

        private void run(Part part) {
            try {
                part.run();
                end(() -> LOG.debug("{}: the other end is gone", wire));
            } catch (IOException e) {
                end(() -> LIMITED.warn("ended", wire + ": the connection is ended: " + e.getMessage()));
            } catch (RuntimeException e) {
                end(() -> LOG.error("{}: the connection is ended by a mistake", wire, e));
            } finally {
                // The descriptor stays open until the other thread has left its system call, too.
                wire.close();
            }
        }

        void stop() {
            wire.shutdown();
            handle.close();
            notifications.close();
        }
    }

    /** What one thread does until the connection is over. */
    @FunctionalInterface private interface Part {
        void run() throws IOException;
    }

    UnixKernelLink(Wire wire) {
        this.wire = wire;
    }

    /**
     * Over packets no more than a server can answer that has the system's default send buffer of 212,992 bytes, which this end
     * cannot see, unless the address says how large the buffers are. Source: Linux {@code net/unix/af_unix.c}, {@code unix_dgram_sendmsg}.
     */
    @Override public int maxMessage() {
        return wire.type() == SocketType.STREAM || wire.options().buffer().isPresent() ? wire.maxMessage()
                : Math.min(wire.maxMessage(), DEFAULT_PEER);
    }

    @Override public void attach(DeviceHandle handle) throws IOException {
        if (over.get() || wire.peerIsGone()) {
            handle.close();
            throw new ConnectException(wire + ": the other end is gone");
        }
        var present = new Attachment(handle);
        attachment = present;
        present.pump.start();
        present.reader.start();
        if (over.get()) {
            present.stop();
        }
    }

    /** Ends everything, on the thread that has found out why; only the first one has something to say. */
    private void end(Runnable log) {
        if (over.compareAndSet(false, true)) {
            log.run();
        }
        attachment.stop();
    }

    @Override public void close() {
        over.set(true);
        Attachment present = attachment;
        if (present != null) {
            present.stop();
            ThreadJoin.join(present.pump, JOIN);
            ThreadJoin.join(present.reader, JOIN);
            present.notifications.join();
        }
        wire.close();
    }
}
