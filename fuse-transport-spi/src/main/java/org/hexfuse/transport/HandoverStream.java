package org.hexfuse.transport;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/**
 * The connection of a predecessor and its successor, on one machine. For one thread at a time, except {@link #close}.
 *
 * <p>A read or write that waits longer than {@link #timeout} throws {@link java.net.SocketTimeoutException}; one whose peer is gone
 * returns the end of the stream, or throws.
 */
public interface HandoverStream extends AutoCloseable {
    /** What the peer sends. Not buffered beyond what has arrived. */
    InputStream input();

    /** To the peer; sent at once. */
    OutputStream output();

    /** The process at the other end. */
    long peer();

    /** Sets how long each read and each write may wait; ten seconds unless set. */
    void timeout(Duration each);

    /** Disconnects. What has arrived before can still be read; a later write of the peer fails. */
    void disconnect();

    /** Disconnects and frees the stream. A thread that is blocked in it fails. Closing again does nothing. */
    @Override void close();
}
