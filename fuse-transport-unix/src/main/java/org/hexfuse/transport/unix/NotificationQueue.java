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
 * Brings notifications to the device, in their order, on a thread of its own, which is there once the first one comes. They run
 * the kernel's code, which may wait for replies.
 *
 * <p>None is dropped, since a lost one would leave stale data in the kernel's caches for good. So when too many wait, the one
 * who brings another waits a little, and then the connection ends.
 */
final class NotificationQueue implements AutoCloseable {
    private static final Logger LOG = Loggers.of(NotificationQueue.class);
    private static final int MOST = 1024;
    private static final long MOST_BYTES = 16L << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration JOIN = Duration.ofSeconds(2);

    private final DeviceHandle handle;
    private final String label;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Notification> waiting = new ArrayDeque<>();
    private long bytes;
    private boolean closed;
    private Thread thread;

    /** A message without its header. */
    private record Notification(int code, MemorySegment body, long length) {}

    NotificationQueue(DeviceHandle handle, String label) {
        this.handle = handle;
        this.label = label;
    }

    /** @throws IOException if too many wait and their number does not get less */
    void add(int code, MemorySegment body, long length) throws IOException {
        lock.lock();
        try {
            long left = PATIENCE.toNanos();
            while (isFull() && !closed) {
                if (left <= 0) {
                    throw new ProtocolException(waiting.size() + " notifications wait and the device takes none");
                }
                left = changed.awaitNanos(left);
            }
            if (closed) {
                return;
            }
            waiting.add(new Notification(code, body, length));
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

    private boolean isFull() { return waiting.size() >= MOST || bytes >= MOST_BYTES; }

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
            while (waiting.isEmpty() && !closed) {
                changed.await();
            }
            if (closed) {
                return null;
            }
            Notification next = waiting.remove();
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
                LOG.debug("{}: a notification of code {} was refused: {}", label, notification.code, outcome);
            }
        } catch (RuntimeException e) {
            LOG.warn("{}: a notification of code {} failed", label, notification.code, e);
        }
    }

    /** Drops those that wait; the thread ends when the one that it delivers is delivered. */
    @Override public void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits, not long, until the thread has ended. */
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
