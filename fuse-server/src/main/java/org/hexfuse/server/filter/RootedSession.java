package org.hexfuse.server.filter;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.KernelReferences;
import org.hexfuse.server.KernelReferences.OpenHandle;
import org.hexfuse.server.Notifier;
import org.hexfuse.server.Session;
import org.hexfuse.server.observe.ServerStatistics;
import org.hexfuse.transport.BackingRegistry;

/** A session whose root is another node of the filesystem: notifications of the filesystem reach the kernel's node. */
final class RootedSession implements Session, Notifier {
    private final Session origin;
    private volatile long root = FuseFileSystem.ROOT;
    /** The lookups of the root that are not the kernel's. */
    private volatile int lookups;

    RootedSession(Session origin) {
        this.origin = origin;
    }

    /** The node of the root, with the lookups that this session has of it. */
    void setRoot(long node, int own) {
        root = node;
        lookups = own;
    }

    boolean holdsRoot() { return lookups > 0; }

    long root() {
        return root;
    }

    /** The filesystem's node of a node of the kernel's. */
    long inward(long node) {
        return node == FuseFileSystem.ROOT ? root : node;
    }

    /** The kernel's node of a node of the filesystem's. */
    long outward(long node) {
        return node == root ? FuseFileSystem.ROOT : node;
    }

    @Override public Notifier notifier() {
        return this;
    }

    @Override public boolean ownsThreads() { return origin.ownsThreads(); }

    @Override public int minor() {
        return origin.minor();
    }

    @Override public boolean has(InitFlag flag) {
        return origin.has(flag);
    }

    @Override public Optional<BackingRegistry> backingFiles() {
        return origin.backingFiles();
    }

    @Override public KernelReferences references() {
        KernelReferences held = origin.references();
        var counts = new HashMap<Long, Long>();
        held.lookups().forEach((node, count) -> counts.merge(inward(node), count, Long::sum));
        if (holdsRoot()) {
            counts.merge(root, (long) lookups, Long::sum);
        }
        return new KernelReferences(counts, held.handles().stream()
                .map(open -> new OpenHandle(inward(open.node()), open.handle(), open.directory(), open.opens()))
                .toList(),
                held.requests());
    }

    @Override public ServerStatistics statistics() {
        return origin.statistics();
    }

    @Override public void traceTo(Consumer<? super String> receiver) {
        origin.traceTo(receiver);
    }

    @Override public void stopTrace() {
        origin.stopTrace();
    }

    @Override public boolean isClosed() { return origin.isClosed(); }

    @Override public Errno invalidateNode(long node) {
        return origin.notifier().invalidateNode(outward(node));
    }

    @Override public Errno invalidateAttributes(long node) {
        return origin.notifier().invalidateAttributes(outward(node));
    }

    @Override public Errno invalidateNode(long node, long offset, long length) {
        return origin.notifier().invalidateNode(outward(node), offset, length);
    }

    @Override public Errno invalidateEntry(long parent, Name name) {
        return origin.notifier().invalidateEntry(outward(parent), name);
    }

    @Override public Errno expireEntry(long parent, Name name) {
        return origin.notifier().expireEntry(outward(parent), name);
    }

    @Override public Errno deleteEntry(long parent, long child, Name name) {
        return origin.notifier().deleteEntry(outward(parent), child, name);
    }

    @Override public Errno store(long node, long offset, MemorySegment data) {
        return origin.notifier().store(outward(node), offset, data);
    }

    @Override public CompletableFuture<byte[]> retrieve(long node, long offset, int size) {
        return origin.notifier().retrieve(outward(node), offset, size);
    }

    @Override public Errno resend() {
        return origin.notifier().resend();
    }

    @Override public Errno incrementEpoch() {
        return origin.notifier().incrementEpoch();
    }

    @Override public Errno prune(long... nodes) {
        return origin.notifier().prune(Arrays.stream(nodes).map(this::outward).toArray());
    }
}
