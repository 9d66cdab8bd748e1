package org.hexfuse.server.observe;

import org.hexfuse.abi.Errno;

/** Observes one request to its end. From {@link ServerListener#started}; one object may observe many requests. */
@FunctionalInterface public interface RequestListener {
    /** Hears nothing. A request with this listener costs no clock reading. */
    RequestListener NONE = (_, _, _) -> {};

    /**
     * The request was answered, or has run if it has no reply. Called once, by the thread that ran the handler or gave the late
     * reply. A late reply that is outstanding when the session ends is reported with ENOTCONN.
     *
     * @param error the errno of the reply; OK for a request without a reply
     * @param nanos the time since the handler began, in nanoseconds
     * @param bytes the bytes of data that a READ has returned or a WRITE has written; 0 for other operations
     */
    void finished(Errno error, long nanos, long bytes);
}
