package org.hexfuse.server.observe;

import org.hexfuse.abi.Errno;
import org.hexfuse.server.Session;

/**
 * Observes the sessions and requests of a server. Set by {@link org.hexfuse.server.FuseServer.Builder#listener}.
 *
 * <p>Each method is called by the thread that caused its event, without locks, and before that thread goes on: implementations must
 * return quickly. What they throw is logged and has no other effect. The events of several requests come concurrently.
 *
 * {@snippet :
 * ServerListener slow = new ServerListener() {
 *     @Override public RequestListener started(ObservedRequest request) {
 *         Opcode operation = request.operation();
 *         return (error, nanos, bytes) -> {
 *             if (nanos > 1_000_000_000) {
 *                 log.warn("{} took {} ms", operation, nanos / 1_000_000);
 *             }
 *         };
 *     }
 * };
 * }
 */
public interface ServerListener {
    /** No listener. */
    ServerListener NONE = new ServerListener() {};

    /** A kernel has connected, and has not sent INIT yet. */
    default void sessionStarted(Session session) {}

    /** A session has ended: the filesystem has released all that the kernel held. Called once for each that started. */
    default void sessionEnded(Session session) {}

    /**
     * A request was read, and its handler is about to run. INIT, FORGET and INTERRUPT are requests too; requests with an unknown
     * opcode, and those that are refused for lack of memory, are not reported.
     *
     * @param request valid until this method returns
     * @return the listener of this request, or {@link RequestListener#NONE} to hear no more of it
     */
    default RequestListener started(ObservedRequest request) {
        return RequestListener.NONE;
    }

    /** Observes with this listener and with another one. */
    default ServerListener and(ServerListener other) {
        ServerListener first = this;
        return new ServerListener() {
            @Override public void sessionStarted(Session session) {
                try {
                    first.sessionStarted(session);
                } finally {
                    other.sessionStarted(session);
                }
            }

            @Override public void sessionEnded(Session session) {
                try {
                    first.sessionEnded(session);
                } finally {
                    other.sessionEnded(session);
                }
            }

            @Override public RequestListener started(ObservedRequest request) {
                RequestListener one = RequestListener.NONE;
                RequestListener two;
                try {
                    one = first.started(request);
                } finally {
                    two = other.started(request);
                }
                if (RequestListener.NONE.equals(one)) {
                    return two;
                }
                if (RequestListener.NONE.equals(two)) {
                    return one;
                }
                RequestListener firstRequest = one;
                return (Errno error, long nanos, long bytes) -> {
                    try {
                        firstRequest.finished(error, nanos, bytes);
                    } finally {
                        two.finished(error, nanos, bytes);
                    }
                };
            }
        };
    }
}
