package org.hexfuse.transport.linux;

import java.util.Optional;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;

/** One mount, which is one link. */
final class LinuxEndpoint implements ServerEndpoint {
    private final Address address;
    private final LinuxLink link;
    private boolean accepted;
    private boolean closed;

    LinuxEndpoint(Address address, LinuxLink link) {
        this.address = address;
        this.link = link;
        link.whenOver(this::over);
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

    /** A mount that nobody accepted has nobody else to unmount it. */
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
