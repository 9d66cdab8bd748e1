package org.hexfuse.server;

import java.util.function.Supplier;
import org.hexfuse.abi.InitFlag;

/**
 * One kernel that a filesystem is served to, from INIT to the end. Numbers that a kernel makes up, as those of lock owners,
 * mean nothing in the session of another. Sessions are equal only to themselves. Any thread may use it.
 */
public final class Session {
    private final Notifier notifier;
    private final Supplier<KernelReferences> references;
    private volatile int minor;
    private volatile long flags;
    private volatile boolean over;

    Session(Notifier notifier, Supplier<KernelReferences> references) {
        this.notifier = notifier;
        this.references = references;
    }

    void begin(int settledMinor, long settledFlags) {
        minor = settledMinor;
        flags = settledFlags;
    }

    void end() {
        over = true;
    }

    /** By which a filesystem tells this kernel what it did not ask for. */
    public Notifier notifier() {
        return notifier;
    }

    /** The protocol's minor version; 0 until {@link FuseFileSystem#init} has returned. */
    public int minor() {
        return minor;
    }

    /** Whether both ends have a capability; never until {@link FuseFileSystem#init} has returned. */
    public boolean has(InitFlag flag) {
        return flag.in(flags);
    }

    /** What this kernel holds of the filesystem now; nothing once the session has ended. Copies all lookup counts. */
    public KernelReferences references() {
        return references.get();
    }

    /** Whether {@link FuseFileSystem#destroy} was called, or is just about to be. */
    public boolean isOver() {
        return over;
    }
}
