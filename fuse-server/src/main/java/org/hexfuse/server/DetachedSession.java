package org.hexfuse.server;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Protocol;
import org.hexfuse.server.observe.ServerStatistics;
import org.hexfuse.transport.BackingRegistry;

/** A session without a kernel. */
final class DetachedSession implements Session, Notifier {
    private final long flags;

    DetachedSession(InitFlag... flags) {
        this.flags = Flag.of(flags);
    }

    @Override public Notifier notifier() {
        return this;
    }

    @Override public int minor() {
        return Protocol.MINOR;
    }

    @Override public boolean has(InitFlag flag) {
        return flag.in(flags);
    }

    @Override public KernelReferences references() {
        return new KernelReferences(Map.of(), List.of(), List.of());
    }

    @Override public Optional<BackingRegistry> backingFiles() {
        return Optional.empty();
    }

    @Override public ServerStatistics statistics() {
        return ServerStatistics.NONE;
    }

    /** Has no effect: there are no messages. */
    @Override public void traceTo(Consumer<? super String> receiver) {}

    @Override public void stopTrace() {}

    @Override public boolean isClosed() { return false; }

    @Override public Errno invalidateNode(long node) {
        return Errno.ENOTCONN;
    }

    @Override public Errno invalidateAttributes(long node) {
        return Errno.ENOTCONN;
    }

    @Override public Errno invalidateNode(long node, long offset, long length) {
        return Errno.ENOTCONN;
    }

    @Override public Errno invalidateEntry(long parent, Name name) {
        return Errno.ENOTCONN;
    }

    @Override public Errno expireEntry(long parent, Name name) {
        return Errno.ENOTCONN;
    }

    @Override public Errno deleteEntry(long parent, long child, Name name) {
        return Errno.ENOTCONN;
    }

    @Override public Errno store(long node, long offset, MemorySegment data) {
        return Errno.ENOTCONN;
    }

    @Override public CompletableFuture<byte[]> retrieve(long node, long offset, int size) {
        return CompletableFuture.failedFuture(FuseException.of(Errno.ENOTCONN));
    }

    @Override public Errno resend() {
        return Errno.ENOTCONN;
    }

    @Override public Errno incrementEpoch() {
        return Errno.ENOTCONN;
    }

    @Override public Errno prune(long... nodes) {
        return Errno.ENOTCONN;
    }
}
