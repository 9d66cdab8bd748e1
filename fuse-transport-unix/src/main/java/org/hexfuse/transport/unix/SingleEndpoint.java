package org.hexfuse.transport.unix;

import java.util.Optional;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;

/** One connection, which is there already. */
final class SingleEndpoint implements ServerEndpoint {
    private final Address address;
    private final UnixServerLink link;
    private boolean accepted;
    private boolean closed;

    SingleEndpoint(Address address, Wire wire) {
        this.address = address;
        this.link = new UnixServerLink(wire, this::over, () -> {});
    }

    @Override public Address address() {
        return address;
    }

    @Override public synchronized Optional<ServerLink> accept() throws InterruptedException {
        if (!accepted && !closed) {
            accepted = true;
            return Optional.of(link);
        }
        while (!closed) {
            wait();
        }
        return Optional.empty();
    }

    /** A connection that nobody accepted has nobody else to end it. */
    @Override public void close() {
        boolean unused;
        synchronized (this) {
            unused = !accepted;
            closed = true;
            notifyAll();
        }
        if (unused) {
            link.close();
        }
    }

    private synchronized void over() {
        closed = true;
        notifyAll();
    }
}
