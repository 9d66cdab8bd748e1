package org.hexfuse.transport.mem;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;

/** A name in this process that kernels' ends connect to. */
final class MemoryEndpoint implements ServerEndpoint {
    private static final Map<String, MemoryEndpoint> OPEN = new ConcurrentHashMap<>();
    private static final AtomicLong ANONYMOUS = new AtomicLong();

    private final Address address;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrivedOrClosed = lock.newCondition();
    private final Queue<ServerLink> arrivals = new ArrayDeque<>();
    private boolean closed;

    private MemoryEndpoint(Address address) {
        this.address = address;
    }

    static MemoryEndpoint open(Address wanted) throws IOException {
        Address address = wanted.path().isEmpty() ? wanted.withPath("#" + ANONYMOUS.incrementAndGet()) : wanted;
        var endpoint = new MemoryEndpoint(address);
        if (OPEN.putIfAbsent(address.path(), endpoint) != null) {
            throw new BindException(Address.of(address.scheme(), address.path()) + " is taken in this process");
        }
        return endpoint;
    }

    static MemoryEndpoint find(Address address) throws IOException {
        MemoryEndpoint endpoint = OPEN.get(address.path());
        if (endpoint == null) {
            throw new ConnectException("nobody serves " + address + " in this process");
        }
        return endpoint;
    }

    KernelLink connect() {
        return new MemoryKernelLink(this);
    }

    boolean isInline() { return address.flag(MemoryAddress.INLINE); }

    boolean isAliased() { return address.flag(MemoryAddress.ALIASED); }

    void arrive(ServerLink link) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new ConnectException("nobody serves " + address + " any more");
            }
            arrivals.add(link);
            arrivedOrClosed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override public Address address() {
        return address;
    }

    @Override public Optional<ServerLink> accept() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (arrivals.isEmpty() && !closed) {
                arrivedOrClosed.await();
            }
            return Optional.ofNullable(arrivals.poll());
        } finally {
            lock.unlock();
        }
    }

    /** Kernels' ends that were not accepted see their server gone. */
    @Override public void close() {
        lock.lock();
        try {
            closed = true;
            arrivals.forEach(ServerLink::shutdown);
            arrivals.clear();
            arrivedOrClosed.signalAll();
        } finally {
            lock.unlock();
        }
        OPEN.remove(address.path(), this);
    }
}
