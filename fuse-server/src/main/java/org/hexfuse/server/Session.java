package org.hexfuse.server;

import java.util.Optional;
import java.util.function.Consumer;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.server.observe.ServerStatistics;
import org.hexfuse.transport.BackingRegistry;

/**
 * One kernel that a filesystem is served to, from INIT to the end. Numbers that a kernel allocates, such as lock owners, are
 * unique within its session only. Sessions are equal only to themselves. Any thread may use it.
 */
public interface Session {
    /**
     * A session without a kernel, for operations made by hand: with this library's minor version and the given flags, and with
     * a notifier that returns ENOTCONN.
     */
    static Session detached(InitFlag... flags) {
        return new DetachedSession(flags);
    }

    /** The notifications to this kernel. */
    Notifier notifier();

    /** The protocol's minor version; 0 until {@link FuseFileSystem#init} has returned. */
    int minor();

    /** Whether a flag was offered by the kernel and enabled; false until {@link FuseFileSystem#init} has returned. */
    boolean has(InitFlag flag);

    /**
     * Registers backing files with this kernel, for {@link Opened#passthroughTo}; empty unless
     * {@link InitFlag#PASSTHROUGH} was enabled. Their ids end with the session.
     */
    Optional<BackingRegistry> backingFiles();

    /** What this kernel holds of the filesystem now; nothing once the session has ended. Copies all lookup counts. */
    KernelReferences references();

    /** What this session does now: its requests, workers and memory. Nothing once it has ended. */
    ServerStatistics statistics();

    /**
     * Traces each further message of this session, a decoded line each: requests begin with {@code ->}, replies and notifications with
     * {@code <-}. Replaces an earlier receiver; the logger {@code org.hexfuse.wire} has the same lines at TRACE in any case.
     *
     * @param receiver is called by the threads that handle requests, which wait for it; an exception ends the trace and is logged
     */
    void traceTo(Consumer<? super String> receiver);

    /** Ends a trace that was started by {@link #traceTo}. */
    void stopTrace();

    /**
     * Whether methods run on threads of the session, which nobody interrupts but as {@link FuseFileSystem#interruptsThreads} says. False
     * where they run on threads of callers, as over {@code mem:?inline}, which their owner may interrupt at any time. What the end of a
     * session releases may run on the thread that closes it.
     */
    default boolean ownsThreads() {
        return false;
    }

    /** Whether {@link FuseFileSystem#destroy} was called, or is about to be. */
    boolean isClosed();
}
