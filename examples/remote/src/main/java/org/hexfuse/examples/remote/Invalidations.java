package org.hexfuse.examples.remote;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.hexfuse.server.tree.Node;

/**
 * Has kernels drop what they have cached of nodes, by a thread that no handler waits for. It is a platform thread: a notification waits
 * in the kernel for a READ that has locked the page, and that READ may wait for a virtual thread.
 */
final class Invalidations {
    private static final int IDLE_SECONDS = 5;

    private final Set<Node> pending = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), Thread.ofPlatform().daemon(true).name("remote-invalidations").factory());

    Invalidations() {
        thread.allowCoreThreadTimeOut(true);
    }

    /** Invalidates attributes and data of a node. Does not wait. */
    void add(Node node) {
        if (pending.add(node)) {
            thread.execute(() -> {
                pending.remove(node);
                node.invalidate();
            });
        }
    }
}
