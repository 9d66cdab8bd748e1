package org.hexfuse.server.dispatch;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Session;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.observe.PanicHandler;
import org.hexfuse.server.observe.RequestListener;
import org.hexfuse.server.observe.ServerListener;
import org.hexfuse.server.request.WireTrace;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;

/**
 * What observes one session: its trace, the server's listener and its panic handler. Nothing that a listener or a handler throws leaves
 * it. Any thread may use it.
 */
public final class SessionObserver {
    private static final RateLimitedLog LIMITED = new RateLimitedLog(Loggers.of(SessionObserver.class));

    private final ServerListener listener;
    private final boolean observed;
    private final PanicHandler panics;
    private final WireTrace trace = new WireTrace();

    /** The observer of a session. */
    public SessionObserver(ServerListener listener, PanicHandler panics) {
        this.listener = listener;
        this.observed = !ServerListener.NONE.equals(listener);
        this.panics = panics;
    }

    /** The trace of the session's messages. */
    public WireTrace trace() {
        return trace;
    }

    /** A kernel has connected. */
    public void sessionStarted(Session session) {
        guard(() -> listener.sessionStarted(session));
    }

    /** A session has ended. */
    public void sessionEnded(Session session) {
        guard(() -> listener.sessionEnded(session));
    }

    /** The listener of a request that begins. */
    RequestListener started(ObservedRequest request) {
        if (!observed || request.operation() == null) {
            return RequestListener.NONE;
        }
        try {
            return listener.started(request);
        } catch (Throwable e) {
            failed(e);
            return RequestListener.NONE;
        }
    }

    /** A request has ended. */
    void finished(RequestListener request, Errno error, long nanos, long bytes) {
        try {
            request.finished(error, nanos, bytes);
        } catch (Throwable e) {
            failed(e);
        }
    }

    /** A method of the filesystem has thrown what has no errno. */
    public void panicked(Session session, Opcode operation, long node, Throwable failure) {
        try {
            panics.panicked(session, operation, node, failure);
        } catch (Throwable e) {
            LIMITED.error("panic handler", "the panic handler has failed; what it was given is logged next", e);
            PanicHandler.LOG.panicked(session, operation, node, failure);
        }
    }

    private static void guard(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            failed(e);
        }
    }

    /** The log itself may fail, as without memory; a request must end all the same. */
    private static void failed(Throwable failure) {
        try {
            LIMITED.error(failure.getClass(), "a listener of the server has failed", failure);
        } catch (Throwable _) {
            // There is nothing left to report it with.
        }
    }
}
