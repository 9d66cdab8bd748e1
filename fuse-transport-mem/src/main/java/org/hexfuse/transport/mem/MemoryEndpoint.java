package org.hexfuse.transport.mem;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.spi.AcceptQueue;

/** A name in this process that kernel ends connect to. */
final class MemoryEndpoint implements ServerEndpoint {
    private static final Map<String, MemoryEndpoint> OPEN = new ConcurrentHashMap<>();
    private static final AtomicLong ANONYMOUS = new AtomicLong();
    /** How long a connection may wait for room in the accept queue, as on a socket of {@code unix:}. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final Address address;
    private final AcceptQueue<MemoryServerLink> links = new AcceptQueue<>();

    private MemoryEndpoint(Address address) {
        this.address = address;
    }

    static MemoryEndpoint open(Address wanted) throws IOException {
        Address address = wanted.path().isEmpty() ? wanted.withPath("#" + ANONYMOUS.incrementAndGet()) : wanted;
        var endpoint = new MemoryEndpoint(address);
        if (OPEN.putIfAbsent(address.path(), endpoint) != null) {
            throw new BindException(Address.of(address.scheme(), address.path()) + " is in use in this process");
        }
        return endpoint;
    }

    static MemoryEndpoint find(Address address) throws IOException {
        MemoryEndpoint endpoint = OPEN.get(address.path());
        if (endpoint == null) {
            throw new ConnectException("no server at " + address + " in this process");
        }
        return endpoint;
    }

    boolean isInline() { return address.flag(MemoryAddress.INLINE); }

    boolean isAliased() { return address.flag(MemoryAddress.ALIASED); }

    /**
     * Queues a link to be accepted; blocks, not long, while the accept queue is full.
     *
     * @throws ConnectException if the endpoint is closed, or the queue stays full
     */
    void connect(MemoryServerLink link) throws IOException {
        AcceptQueue.Outcome outcome;
        try {
            outcome = links.offer(link, CONNECT_TIMEOUT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting to " + address);
        }
        if (outcome == AcceptQueue.Outcome.FULL) {
            throw new ConnectException(address + " has " + links.capacity() + " connections that are not accepted, for "
                    + CONNECT_TIMEOUT.toSeconds() + " s");
        }
        if (outcome == AcceptQueue.Outcome.CLOSED) {
            throw new ConnectException(address + " is closed");
        }
    }

    @Override public Address address() {
        return address;
    }

    @Override public Optional<ServerLink> accept() throws InterruptedException {
        return links.accept().map(link -> link);
    }

    /** Links that were not accepted are closed, so that their kernel ends are disconnected. */
    @Override public void close() {
        links.close();
        OPEN.remove(address.path(), this);
    }
}
