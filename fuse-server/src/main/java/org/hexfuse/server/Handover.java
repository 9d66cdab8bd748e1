package org.hexfuse.server;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Objects;

/**
 * How a filesystem passes a live mount on to another process, such as its own newer version: files stay open, and no caller sees an
 * error. See {@link Mount#offerHandover} and {@link Fuse#takeOver}.
 *
 * <p><b>The predecessor</b> stops reading requests, waits for the handlers that run and for deferred replies, and calls {@link #save}.
 * When the successor has begun, the predecessor's session ends by {@link FuseFileSystem#destroy}; {@code release} and {@code forget}
 * are <em>not</em> called before it, since the kernel keeps its open handles and lookups. So {@code destroy} closes what belongs to
 * this process, such as files that it has open, and deletes nothing that the successor uses. If the handover fails, {@code save} has
 * had no effect: the predecessor serves on, and {@code save} may be called again.
 *
 * <p><b>The successor</b> calls {@link FuseFileSystem#init} with what was negotiated with the kernel as the offer; it must take all of
 * it. Then it calls {@link #restore}, and requests come. If the handover fails after {@code init}, {@code destroy} is called.
 *
 * <p><b>Requests that are not answered</b> when {@code save} is called run again in the successor, and what their handlers return here
 * is dropped: SETLKW that waits, and handlers and deferred replies that have taken more than the drain timeout, five seconds unless
 * set. What such a request has done already must be harmless to repeat, or not be saved.
 *
 * <p>The library passes on by itself: the negotiated version, flags and limits, the timeouts of the mount, the lookup counts, the open
 * handles and the backing ids. Node ids and file handles therefore mean the same in both processes. A filesystem that holds a
 * {@link PollWakeup} wakes it in {@code save}, so that its waiter polls again, in the successor.
 */
public interface Handover {
    /**
     * What is saved, and its version, such as {@code memory 1}. A successor with another format is refused before the mount is paused. At
     * most 255 bytes of UTF-8.
     */
    String format();

    /**
     * Writes what the successor needs. No request is read and no handler runs, apart from those that are to run again. Other sessions
     * of the filesystem go on.
     *
     * @throws IOException to refuse the handover, with the reason in one line; the session goes on
     */
    void save(Session session, DataOutput out) throws IOException;

    /**
     * Reads all that {@link #save} has written, in another process. The filesystem is as it was made, and {@code session} has what was
     * negotiated.
     *
     * @throws IOException if it cannot serve the mount, with the reason in one line; the predecessor goes on
     */
    void restore(Session session, DataInput in) throws IOException;

    /**
     * For filesystems whose node ids and handles mean the same in each process, so that there is nothing to save.
     *
     * @param format as {@link #format}
     */
    static Handover stateless(String format) {
        return new Stateless(Objects.requireNonNull(format));
    }
}
