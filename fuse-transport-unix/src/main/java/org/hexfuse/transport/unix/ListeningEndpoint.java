package org.hexfuse.transport.unix;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket that kernels' ends connect to. A thread of its own waits for them in the system call, so that the one who accepts
 * can be interrupted, and can be a virtual thread.
 */
final class ListeningEndpoint implements ServerEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(ListeningEndpoint.class);
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);
    private static final int MOST_WAITING = 64;
    /** How long to wait until the system may have more descriptors. */
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration JOIN = Duration.ofSeconds(2);

    private final Address address;
    private final ListeningSocket socket;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<UnixServerLink> arrivals = new ArrayDeque<>();
    private final Semaphore connections;
    private final Thread acceptor;
    private boolean closed;

    ListeningEndpoint(Address address, ListeningSocket socket) {
        this.address = address;
        this.socket = socket;
        this.connections = new Semaphore(socket.maxConnections());
        this.acceptor = Thread.ofPlatform().daemon().name("hexfuse-accept " + socket.label()).start(this::acceptAll);
    }

    private void acceptAll() {
        try {
            boolean open = true;
            while (open) {
                try {
                    // Those beyond the limit wait in the backlog: a silent one ends when INIT is due.
                    connections.acquire();
                    Optional<Wire> wire = acceptOne();
                    open = wire.isPresent() && arrived(new UnixServerLink(wire.get(), () -> {}, connections::release));
                } catch (IOException e) {
                    LIMITED.warn("no connection", "no connection: " + e.getMessage());
                    Thread.sleep(PAUSE);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("{}: interrupted", socket.label());
        } finally {
            noMore();
        }
    }

    private Optional<Wire> acceptOne() throws IOException {
        try {
            Optional<Wire> wire = socket.accept();
            if (wire.isEmpty()) {
                connections.release();
            }
            return wire;
        } catch (IOException e) {
            connections.release();
            throw e;
        }
    }

    private void noMore() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Hands a link over; while too many wait to be accepted, the others wait in the backlog. */
    private boolean arrived(UnixServerLink link) throws InterruptedException {
        lock.lock();
        try {
            while (arrivals.size() >= MOST_WAITING && !closed) {
                changed.await();
            }
            if (!closed) {
                arrivals.add(link);
                changed.signalAll();
                return true;
            }
        } finally {
            lock.unlock();
        }
        link.close();
        return false;
    }

    @Override public Address address() {
        return address;
    }

    /** Passes over those who are gone without a word, such as another server that looked whether one lives here. */
    @Override public Optional<ServerLink> accept() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                while (arrivals.isEmpty() && !closed) {
                    changed.await();
                }
                UnixServerLink link = arrivals.poll();
                changed.signalAll();
                if (link == null || !link.peerIsGone()) {
                    return Optional.ofNullable(link);
                }
                link.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Kernels' ends that were not accepted see their server gone. */
    @Override public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            arrivals.forEach(UnixServerLink::close);
            arrivals.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            socket.close();
        } finally {
            // It may wait for one of its connections to be closed.
            acceptor.interrupt();
            ThreadJoin.join(acceptor, JOIN);
        }
    }
}
