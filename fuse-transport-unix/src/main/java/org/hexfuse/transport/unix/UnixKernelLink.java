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
 * The kernel end of one connection: a thread that sends requests, one that receives replies, and one that delivers
 * notifications, if there are any. When the sender or the receiver ends, the link is closed.
 */
final class UnixKernelLink implements KernelLink {
    private static final Logger LOG = Loggers.of(UnixKernelLink.class);
    private static final Duration JOIN = Duration.ofSeconds(5);

    private static final int DEFAULT_PEER = 128 * 1024 + Limits.HEAD_ROOM;
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);

    private final Wire wire;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Attachment attachment;

    /** The threads between a device and a connection. */
    private final class Attachment {
        final DeviceHandle handle;
        final NotificationQueue notifications;
        final Thread pump;
        final Thread reader;

        Attachment(DeviceHandle handle) {
            this.handle = handle;
            this.notifications = new NotificationQueue(handle, wire.toString(), wire.options().patience());
            var requests = new RequestPump(wire, handle);
            var replies = new ReplyReader(wire, handle, notifications);
            this.pump = thread("hexfuse-requests ", () -> run(requests::run));
            this.reader = thread("hexfuse-replies ", () -> run(replies::run));
        }

        private Thread thread(String name, Runnable body) {
            return Thread.ofPlatform().daemon().name(name + wire).unstarted(body);
        }

        private void run(Task task) {
            try {
                task.run();
                end(() -> LOG.debug("{}: the server has disconnected", wire));
            } catch (IOException e) {
                end(() -> LIMITED.warn("closed", wire + ": the connection is closed: " + e.getMessage()));
            } catch (RuntimeException e) {
                end(() -> LOG.error("{}: the connection is closed by a defect", wire, e));
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

    /** The task of one thread, until the connection is closed. */
    @FunctionalInterface private interface Task {
        void run() throws IOException;
    }

    UnixKernelLink(Wire wire) {
        this.wire = wire;
    }

    /**
     * Over packets, no longer than a reply of a server with the system's default send buffer of 212,992 bytes, which this end
     * cannot see, unless the address states the size of the buffers. Source: Linux {@code net/unix/af_unix.c}, {@code unix_dgram_sendmsg}.
     */
    @Override public int maxMessage() {
        return wire.type() == SocketType.STREAM || wire.options().buffer().isPresent() ? wire.maxMessage()
                : Math.min(wire.maxMessage(), DEFAULT_PEER);
    }

    @Override public void attach(DeviceHandle handle) throws IOException {
        if (closed.get() || wire.peerIsGone()) {
            handle.close();
            throw new ConnectException(wire + ": the server has disconnected");
        }
        var present = new Attachment(handle);
        attachment = present;
        present.pump.start();
        present.reader.start();
        if (closed.get()) {
            present.stop();
        }
    }

    /** Closes the link, on the thread that found the reason. Only the first reason is logged. */
    private void end(Runnable log) {
        if (closed.compareAndSet(false, true)) {
            log.run();
        }
        attachment.stop();
    }

    @Override public void close() {
        closed.set(true);
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
