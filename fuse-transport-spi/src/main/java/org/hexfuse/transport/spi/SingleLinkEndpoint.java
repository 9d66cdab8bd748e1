package org.hexfuse.transport.spi;

import java.util.Optional;
import java.util.function.Function;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerEndpoint;
import org.hexfuse.transport.ServerLink;

/**
 * An endpoint with one link, which exists already: a mount, a socket that is connected. {@link #accept} returns the link once
 * and then blocks until the link or the endpoint is closed. Closing the endpoint closes a link that was not accepted.
 */
public final class SingleLinkEndpoint implements ServerEndpoint {
    private final Address address;
    private final AcceptQueue<ServerLink> queue = new AcceptQueue<>(1);

    /**
     * An endpoint of the link that {@code opener} returns.
     *
     * @param opener is given what the link runs when it is disconnected: any number of times, on any thread
     */
    public SingleLinkEndpoint(Address address, Function<Runnable, ServerLink> opener) {
        this.address = address;
        ServerLink link = opener.apply(queue::shutdown);
        if (queue.offer(link) != AcceptQueue.Outcome.QUEUED) {
            link.close();
        }
    }

    @Override public Address address() {
        return address;
    }

    @Override public Optional<ServerLink> accept() throws InterruptedException {
        return queue.accept();
    }

    @Override public void close() {
        queue.close();
    }
}
