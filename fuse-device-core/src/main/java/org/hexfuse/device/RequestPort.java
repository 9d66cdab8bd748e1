package org.hexfuse.device;

import java.util.Optional;
import java.util.function.Consumer;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;

/**
 * The way from a virtual filesystem switch to a FUSE server: what the kernel's VFS side calls in {@code fs/fuse/dev.c}. Any
 * thread may call it; a thread that waits may be a virtual one.
 *
 * <p>Until INIT is answered everything but {@link #post} waits. Errors are {@link org.hexfuse.abi.FuseException}s: what the
 * server answered, or ENOTCONN (the connection is over), ECONNREFUSED (INIT failed), ECONNABORTED (it ended while the request
 * was under way), ETIMEDOUT (no answer in time, which ends the connection unless it was the {@link Request#timeout} of the one
 * request), EINTR (the thread was interrupted before a server took the request; its interrupt status is kept).
 *
 * {@snippet :
 * try (Request request = port.newRequest(Opcode.GETATTR, node, caller)) {
 *     port.call(request);
 *     long size = AttrData.SIZE_FIELD.get(request.reply(), AttrOut.ATTR.offset());
 * }
 * }
 */
public interface RequestPort {
    /**
     * A request to fill in: header and zeroed argument struct are there, for the negotiated minor version. Waits for INIT.
     * EOVERFLOW if the caller's ids are the invalid ones, of which a server knows only that asked for ALLOW_IDMAP.
     *
     * @return a request that its taker closes
     */
    Request newRequest(Opcode opcode, long node, Caller caller);

    /** Sends a request and waits for its reply, whose bytes are then in {@link Request#reply}. */
    void call(Request request);

    /**
     * Sends a request that nobody waits for, in the background queue. The port closes it.
     *
     * <p>As long as {@link ConnectionInfo#maxBackground} of them are under way, the caller waits until one has ended (gVisor: as
     * long as its limit of all requests is reached), unless the request is one that {@link Request#force} was said of. Each
     * end lets one caller go on, the first one first. A thread that must not wait, as one that brings replies, must not call
     * this.
     *
     * @param done is told OK or the error, once: on the thread that brought the reply; or on the caller's, if the request is
     *        not sent, with EINTR if the caller was interrupted while it waited (its status is kept), or ENOTCONN if the
     *        connection is over (gVisor: ECONNABORTED if that came while it waited). It must be quick and must not call the
     *        port
     */
    void submit(Request request, Consumer<Errno> done);

    /** Queues a request that has no reply. The port closes it. */
    void post(Request request);

    /** Queues a FORGET, which may travel together with others. Never waits. */
    void forget(long node, long lookups);

    /** What INIT settled. Waits for INIT. */
    ConnectionInfo negotiated();

    /**
     * A file that the server has registered for reads and writes past it, see {@link BackingFiles}; nothing if there is none of
     * that number. Who takes it closes it. It is the same object each time.
     *
     * @param id what the server says when it opens a file with PASSTHROUGH
     */
    default Optional<BackingFile> backing(int id) {
        return Optional.empty();
    }

    /** Whether so many background requests are under way that what need not be done now, such as readahead, is not asked for. */
    default boolean isCongested() {
        return false;
    }
}
