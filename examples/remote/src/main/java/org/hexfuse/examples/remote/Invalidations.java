package org.hexfuse.examples.remote;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.hexfuse.server.tree.Node;

/**
 * Has kernels drop what they have cached of nodes, by a thread that no handler waits for. It is a platform thread: a notification waits
 * in the kernel for a READ that has locked the page, and that READ may wait for a virtual thread.
 *
 * <p>It waits for the reply of the READ that has met a new version: by a reply that ends early the kernel learns that the file is
 * shorter now, unless its attributes were invalidated before. Then the caller would get zeros up to the old size.
 */
final class Invalidations {
    private static final int DELAY_MILLIS = 20;
    private static final int IDLE_SECONDS = 5;

    private final Set<Node> pending = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1,
            Thread.ofPlatform().daemon(true).name("remote-invalidations").factory());

    Invalidations() {
        thread.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
    }

    /** Invalidates attributes and data of a node. Does not wait. */
    void add(Node node) {
        if (pending.add(node)) {
            var _ = thread.schedule(() -> {
                pending.remove(node);
                return node.invalidate();
            }, DELAY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
