package org.hexfuse.server.session;

import java.util.function.Supplier;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.server.KernelReferences;
import org.hexfuse.server.Notifier;
import org.hexfuse.server.Session;
import org.hexfuse.server.init.SessionInfo;

/** The session as filesystems see it. */
final class KernelSession implements Session {
    private final SessionInfo info;
    private final Notifier notifier;
    private final Supplier<KernelReferences> references;
    private volatile boolean closed;

    KernelSession(SessionInfo info, Notifier notifier, Supplier<KernelReferences> references) {
        this.info = info;
        this.notifier = notifier;
        this.references = references;
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

    @Override public KernelReferences references() {
        return references.get();
    }

    @Override public boolean isClosed() { return closed; }
}
