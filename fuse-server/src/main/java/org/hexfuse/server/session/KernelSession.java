package org.hexfuse.server.session;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.server.KernelReferences;
import org.hexfuse.server.Notifier;
import org.hexfuse.server.Session;
import org.hexfuse.server.init.SessionInfo;
import org.hexfuse.server.observe.ServerStatistics;
import org.hexfuse.server.request.WireTrace;
import org.hexfuse.transport.BackingRegistry;

/** The session as filesystems see it. */
final class KernelSession implements Session {
    private final SessionInfo info;
    private final Notifier notifier;
    private final Supplier<KernelReferences> references;
    private final Supplier<ServerStatistics> statistics;
    private final WireTrace trace;
    private final Optional<BackingRegistry> backing;
    private final boolean ownsThreads;
    private volatile boolean closed;

    KernelSession(SessionInfo info, Notifier notifier, Supplier<KernelReferences> references,
            Supplier<ServerStatistics> statistics, WireTrace trace, Optional<BackingRegistry> backing,
            boolean ownsThreads) {
        this.info = info;
        this.notifier = notifier;
        this.references = references;
        this.statistics = statistics;
        this.trace = trace;
        this.backing = backing;
        this.ownsThreads = ownsThreads;
    }

    void end() {
        closed = true;
    }

    @Override public Notifier notifier() {
        return notifier;
    }

    @Override public int minor() {
        return info.isInitialized() ? info.minor() : 0;
    }

    @Override public boolean has(InitFlag flag) {
        return info.isInitialized() && flag.in(info.flags());
    }

    @Override public Optional<BackingRegistry> backingFiles() {
        return has(InitFlag.PASSTHROUGH) ? backing : Optional.empty();
    }

    @Override public KernelReferences references() {
        return references.get();
    }

    @Override public ServerStatistics statistics() {
        return statistics.get();
    }

    @Override public void traceTo(Consumer<? super String> receiver) {
        trace.setSink(Objects.requireNonNull(receiver));
    }

    @Override public void stopTrace() {
        trace.setSink(null);
    }

    @Override public boolean ownsThreads() { return ownsThreads; }

    @Override public boolean isClosed() { return closed; }
}
