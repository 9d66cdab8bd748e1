package org.hexfuse.transport.unix;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.abi.Errno;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.WholeMessage;
import org.slf4j.Logger;

/**
 * The queue of notifications to the device. A thread of its own, started with the first one, delivers them in order, since they
 * run kernel code that may wait for replies.
 *
 * <p>None is dropped: a lost invalidation would leave stale data in the kernel's caches. When the queue is full, the reader
 * blocks for a while, and then the connection is closed.
 */
final class NotificationQueue implements AutoCloseable {
    private static final Logger LOG = Loggers.of(NotificationQueue.class);
    private static final int CAPACITY = 1024;
    private static final long MAX_BYTES = 16L << 20;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final Duration JOIN = Duration.ofSeconds(2);

    private final DeviceHandle handle;
    private final String label;
    private final Duration timeout;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Notification> queue = new ArrayDeque<>();
    private long bytes;
    private boolean closed;
    private Thread thread;

    /** A message without its header. */
    private record Notification(int code, MemorySegment body, long length) {}

    /** @param patience the wire's, which may shorten the wait for a full queue */
    NotificationQueue(DeviceHandle handle, String label, Duration patience) {
        this.handle = handle;
        this.label = label;
        this.timeout = patience.compareTo(LONGEST_WAIT) < 0 ? patience : LONGEST_WAIT;
    }

    /** @throws IOException if the queue stays full */
    void add(int code, MemorySegment body, long length) throws IOException {
        lock.lock();
        try {
            long left = timeout.toNanos();
            while (isFull() && !closed) {
                if (left <= 0) {
                    throw new ProtocolException(
                            "the device has taken none of " + queue.size() + " queued notifications for "
                                    + WireOptions.inSeconds(timeout));
                }
                left = changed.awaitNanos(left);
            }
            if (closed) {
                return;
            }
            queue.add(new Notification(code, body, length));
            bytes += length;
            changed.signalAll();
            if (thread == null) {
                thread = Thread.ofPlatform().daemon().name("hexfuse-notifications " + label).start(this::run);
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull() { return queue.size() >= CAPACITY || bytes >= MAX_BYTES; }

    private void run() {
        try {
            for (Notification next = next(); next != null; next = next()) {
                deliver(next);
            }
        } catch (InterruptedException e) {
            LOG.debug("{}: interrupted", label);
        }
    }

    private Notification next() throws InterruptedException {
        lock.lock();
        try {
            while (queue.isEmpty() && !closed) {
                changed.await();
            }
            if (closed) {
                return null;
            }
            Notification next = queue.remove();
            bytes -= next.length;
            changed.signalAll();
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void deliver(Notification notification) {
        try {
            Errno outcome = WholeMessage.write(handle, 0, notification.code, notification.body, 0,
                    notification.length);
            if (outcome != Errno.OK) {
                LOG.debug("{}: a notification of code {} was rejected: {}", label, notification.code, outcome);
            }
        } catch (RuntimeException e) {
            LOG.warn("{}: a notification of code {} failed", label, notification.code, e);
        }
    }

    /** Discards the queue; the thread ends after the notification that it is delivering. */
    @Override public void close() {
        lock.lock();
        try {
            closed = true;
            queue.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the thread to end, for a limited time. */
    void join() {
        Thread present;
        lock.lock();
        try {
            present = thread;
        } finally {
            lock.unlock();
        }
        if (present != null) {
            ThreadJoin.join(present, JOIN);
        }
    }
}
