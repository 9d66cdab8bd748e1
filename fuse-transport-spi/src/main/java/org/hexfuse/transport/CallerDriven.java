package org.hexfuse.transport;

import java.util.function.Consumer;

/**
 * A {@linkplain ServerLink#feature feature} of links without workers: the thread that sends a request at the kernel end also
 * runs its handler in the server. A session that finds the feature starts no workers.
 */
public interface CallerDriven {
    /**
     * Passes every request to {@code handler} from now on, on the thread of its caller: concurrently, and nested when a
     * filesystem calls into itself. The handler commits, releases or detaches the slot before it returns.
     *
     * @param ended run once, when the link is disconnected
     */
    void drive(Consumer<Slot> handler, Runnable ended);
}
