package org.hexfuse.transport.unix;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.spi.AcceptQueue;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;

/**
 * A listening socket for kernel ends. A thread of its own blocks in {@code accept(2)}, so that callers of {@link #accept} can be
 * interrupted and can be virtual threads.
 */
final class ListeningEndpoint implements ServerEndpoint {
    private static final Logger LOG = Loggers.of(ListeningEndpoint.class);
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);
    /** How long to wait after a failed accept, as when the process is out of descriptors. */
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration JOIN = Duration.ofSeconds(2);

    private final Address address;
    private final ListeningSocket socket;
    private final AcceptQueue<UnixServerLink> links = new AcceptQueue<>();
    private final Semaphore connections;
    private final Thread acceptor;

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
                    // Further connections stay in the backlog. A silent one is closed when INIT is overdue.
                    connections.acquire();
                    Optional<Wire> wire = acceptOne();
                    open = wire.isPresent() && enqueue(new UnixServerLink(wire.get(), () -> {}, connections::release));
                } catch (IOException e) {
                    LIMITED.warn("accept", "could not accept a connection: " + e.getMessage());
                    Thread.sleep(PAUSE);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("{}: interrupted", socket.label());
        } finally {
            links.shutdown();
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

    /** Queues a link to be accepted. While the accept queue is full, further connections stay in the socket's backlog. */
    private boolean enqueue(UnixServerLink link) throws InterruptedException {
        boolean queued = false;
        try {
            queued = links.put(link);
        } finally {
            if (!queued) {
                link.close();
            }
        }
        return queued;
    }

    @Override public Address address() {
        return address;
    }

    /** Skips links whose peer has disconnected without a request, such as another server's probe for a live listener. */
    @Override public Optional<ServerLink> accept() throws InterruptedException {
        Optional<UnixServerLink> link = links.accept();
        while (link.isPresent() && link.get().peerIsGone()) {
            link.get().close();
            link = links.accept();
        }
        return link.map(accepted -> accepted);
    }

    /** Links that were not accepted are closed, so that their kernel ends are disconnected. */
    @Override public void close() throws IOException {
        links.close();
        try {
            socket.close();
        } finally {
            // It may be blocked on the limit of connections.
            acceptor.interrupt();
            ThreadJoin.join(acceptor, JOIN);
        }
    }
}
