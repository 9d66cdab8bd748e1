package org.hexfuse.server.init;

import org.hexfuse.server.reply.Timeouts;
import org.hexfuse.transport.Limits;

/** What INIT negotiated with the kernel of one session, and whether the session has begun and ends. Any thread may use it. */
public final class SessionInfo {
    private volatile Timeouts timeouts;
    private volatile Limits limits = Limits.beforeInit();
    private volatile Agreement agreement;
    private volatile boolean initialized;
    private volatile boolean ending;

    /** Before INIT. */
    public SessionInfo(Timeouts timeouts) {
        this.timeouts = timeouts;
    }

    /** INIT is about to be answered, or was answered by a predecessor. */
    public void initialized(Agreement negotiated) {
        agreement = negotiated;
        limits = negotiated.limits();
        initialized = true;
    }

    /** The outcome of INIT; not null once {@link #isInitialized}. */
    public Agreement agreement() {
        return agreement;
    }

    /** The mount has the timeouts of a predecessor. */
    public void timeouts(Timeouts inherited) {
        timeouts = inherited;
    }

    /** The session ends: no notification is sent from now on, and every request counts as interrupted. */
    public void end() {
        ending = true;
    }

    /** Whether INIT was answered. */
    public boolean isInitialized() { return initialized; }

    /** Whether the session ends. */
    public boolean isEnding() { return ending; }

    /** The negotiated limits. */
    public Limits limits() {
        return limits;
    }

    /** The minor version of the protocol. */
    public int minor() {
        return limits.minor();
    }

    /** The masks of the enabled {@link org.hexfuse.abi.InitFlag}s. */
    public long flags() {
        return limits.flags();
    }

    /** The timeouts of the mount. */
    public Timeouts timeouts() {
        return timeouts;
    }
}
