package org.hexfuse.transport.spi;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.transport.ServerLink;

/**
 * The accept queue of an endpoint: links that are connected and not yet accepted, at most {@link #capacity} of them. A
 * transport puts links in, {@link org.hexfuse.transport.ServerEndpoint#accept} takes them out in the same order. Any thread
 * may call any method; no link is called with the queue's lock held.
 *
 * @param <L> the transport's links
 */
public final class AcceptQueue<L extends ServerLink> implements AutoCloseable {
    /** The capacity that a queue has unless it is given another one: that of a socket's backlog. */
    public static final int BACKLOG = 64;

    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Condition notFull = lock.newCondition();
    private final Queue<L> links = new ArrayDeque<>();
    private boolean closed;

    /** An empty queue for {@value #BACKLOG} links. */
    public AcceptQueue() {
        this(BACKLOG);
    }

    /**
     * An empty queue.
     *
     * @param capacity the most links, at least 1
     */
    public AcceptQueue(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "an accept queue has room for at least one link and not for " + capacity);
        }
        this.capacity = capacity;
    }

    /** The outcome of {@link #offer}. */
    public enum Outcome {
        /** The link is queued, and the queue closes it if nobody accepts it. */
        QUEUED,
        /** The queue is full. The link is still the caller's. */
        FULL,
        /** The queue is closed. The link is still the caller's. */
        CLOSED
    }

    /** The most links that are queued. */
    public int capacity() {
        return capacity;
    }

    /** Appends a link, if there is room; does not block. */
    public Outcome offer(L link) {
        lock.lock();
        try {
            if (closed) {
                return Outcome.CLOSED;
            }
            if (isFull()) {
                return Outcome.FULL;
            }
            links.add(link);
            notEmpty.signal();
            return Outcome.QUEUED;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Appends a link; blocks while the queue is full, for no longer than {@code timeout}.
     *
     * @throws InterruptedException if the thread was interrupted while it was blocked; the link is still the caller's
     */
    public Outcome offer(L link, Duration timeout) throws InterruptedException {
        lock.lock();
        try {
            long left = timeout.toNanos();
            while (isFull() && !closed && left > 0) {
                left = notFull.awaitNanos(left);
            }
            return offer(link);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Appends a link; blocks while the queue is full.
     *
     * @return false if the queue is closed; the link is still the caller's
     * @throws InterruptedException if the thread was interrupted while it was blocked; the link is still the caller's
     */
    public boolean put(L link) throws InterruptedException {
        lock.lock();
        try {
            while (isFull() && !closed) {
                notFull.await();
            }
            return offer(link) == Outcome.QUEUED;
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull() { return links.size() >= capacity; }

    /**
     * Removes the first link; blocks while the queue is empty and open.
     *
     * @return empty if the queue is empty and shut down or closed
     * @throws InterruptedException if the thread was interrupted
     */
    public Optional<L> accept() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (links.isEmpty() && !closed) {
                notEmpty.await();
            }
            notFull.signal();
            return Optional.ofNullable(links.poll());
        } finally {
            lock.unlock();
        }
    }

    /** No further link will come: wakes all threads that wait. Links that are queued can still be accepted. */
    public void shutdown() {
        lock.lock();
        try {
            closed = true;
            notEmpty.signalAll();
            notFull.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Shuts the queue down and closes the links that were not accepted, so that their kernel ends are disconnected. */
    @Override public void close() {
        List<L> unaccepted;
        lock.lock();
        try {
            shutdown();
            unaccepted = List.copyOf(links);
            links.clear();
        } finally {
            lock.unlock();
        }
        unaccepted.forEach(ServerLink::close);
    }
}
