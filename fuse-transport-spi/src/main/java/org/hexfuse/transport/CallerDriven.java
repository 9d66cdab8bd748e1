package org.hexfuse.transport;

import java.util.function.Consumer;

/**
 * A {@linkplain ServerLink#feature feature} of links that have no need of workers: the thread that makes a request in the
 * kernel's end also carries it through the server. A session that finds the feature starts no workers.
 */
public interface CallerDriven {
    /**
     * Gives requests to {@code handler} from now on, each on the thread of its caller, several at a time, and nested when a
     * filesystem calls into itself. The handler commits, releases or detaches the slot before it returns.
     *
     * @param ended called once, when no more requests will come
     */
    void drive(Consumer<Slot> handler, Runnable ended);
}
