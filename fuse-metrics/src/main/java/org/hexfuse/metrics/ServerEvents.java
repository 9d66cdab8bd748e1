package org.hexfuse.metrics;

import org.hexfuse.abi.Errno;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.observe.RequestListener;
import org.hexfuse.server.observe.ServerListener;

/**
 * Records requests as events of JFR, {@code org.hexfuse.ServerRequest}: those that take at least the event's threshold, 10 ms unless a
 * recording sets it, as by {@code -XX:StartFlightRecording:org.hexfuse.ServerRequest#threshold=1ms}. Without a recording a request
 * costs the check for one.
 */
public final class ServerEvents implements ServerListener {
    /** Without state: one object may observe any number of servers. */
    public ServerEvents() {}

    @Override public RequestListener started(ObservedRequest request) {
        var event = new ServerRequestEvent();
        if (!event.isEnabled()) {
            return RequestListener.NONE;
        }
        event.operation = request.operation().name();
        event.node = request.node();
        event.unique = request.unique();
        event.uid = Integer.toUnsignedLong(request.uid());
        event.pid = request.pid();
        event.begin();
        return (error, _, bytes) -> end(event, error, bytes);
    }

    private static void end(ServerRequestEvent event, Errno error, long bytes) {
        event.end();
        if (event.shouldCommit()) {
            event.errno = error.name();
            event.bytes = bytes;
            event.commit();
        }
    }
}
