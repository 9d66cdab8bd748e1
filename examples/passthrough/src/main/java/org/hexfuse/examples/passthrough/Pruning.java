package org.hexfuse.examples.passthrough;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.server.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has kernels forget files that they don't use, where each file that a kernel refers to takes a descriptor. On a thread of its own: a
 * notification must not be sent, nor waited for, by a handler.
 */
final class Pruning implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pruning.class);
    private static final int AT_ONCE = 512;

    private final Mirror mirror;
    private final AtomicBoolean requested = new AtomicBoolean();
    private final ExecutorService thread;

    Pruning(Mirror mirror) {
        this.mirror = mirror;
        var executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("passthrough-prune").factory());
        executor.allowCoreThreadTimeOut(true);
        this.thread = executor;
    }

    /** Requests it. Does not wait. */
    void request() {
        if (requested.compareAndSet(false, true)) {
            try {
                thread.execute(this::prune);
            } catch (RejectedExecutionException _) {
                // It is closed.
            }
        }
    }

    private void prune() {
        requested.set(false);
        List<PassthroughNode> nodes = mirror.descriptors().leastRecentlyUsedOwners(AT_ONCE).stream()
                .map(BackingInode::node).filter(node -> node != null && node.id() != PassthroughFileSystem.ROOT)
                .toList();
        long[] ids = nodes.stream().mapToLong(PassthroughNode::id).toArray();
        for (Session session : mirror.sessions()) {
            Errno result = session.notifier().prune(ids);
            LOG.debug("pruning {} nodes: {}", ids.length, result);
            if (result == Errno.ENOSYS) {
                // A kernel before 7.45. A directory may be somebody's working directory, which this would detach.
                nodes.stream().filter(node -> node.type() != FileType.DIRECTORY)
                        .flatMap(node -> node.dentries().stream())
                        .forEach(dentry -> session.notifier().invalidateEntry(dentry.parent().id(), dentry.name()));
            }
        }
    }

    @Override public void close() {
        thread.shutdownNow();
    }
}
