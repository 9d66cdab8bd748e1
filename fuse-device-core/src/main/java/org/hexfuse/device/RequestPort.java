package org.hexfuse.device;

import java.util.Optional;
import java.util.function.Consumer;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;

/**
 * Sends requests to a FUSE server, as the functions of {@code fs/fuse/dev.c} that the kernel's VFS calls do. Any thread may call
 * any method; a blocked thread may be virtual.
 *
 * <p>{@link #newRequest} and {@link #negotiated} block until the reply to INIT. Errors are
 * {@link org.hexfuse.abi.FuseException}s: the error of the reply, or ENOTCONN (the connection was aborted or unmounted before),
 * ECONNREFUSED (INIT failed), ECONNABORTED (the connection was aborted while the request was outstanding), ETIMEDOUT (no reply in
 * time, which aborts the connection unless it was the {@link Request#timeout} of this request), EINTR (the thread was interrupted
 * before a server read the request; its interrupt status is kept).
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
     * Makes a request with its header and a zeroed argument struct, of the negotiated minor version. Blocks until the reply to
     * INIT. EOVERFLOW if an id of the caller is invalid (-1) and ALLOW_IDMAP was not negotiated, ENOMEM without native memory.
     *
     * @return a request that the caller closes, or passes to {@link #submit} or {@link #post}
     */
    Request newRequest(Opcode opcode, long node, Caller caller);

    /** Sends a request and blocks until its reply, whose bytes are in {@link Request#reply} afterwards. */
    void call(Request request);

    /**
     * Sends a background request, without waiting for its reply. The port closes it.
     *
     * <p>The sender is blocked while {@link ConnectionInfo#maxBackground} background requests are in flight (gVisor: while its
     * maximum of all requests is active), unless the request is {@linkplain Request#force forced}. Each request that ends
     * unblocks one sender, first come, first served. A thread that must not block, such as one that writes replies, must not
     * call this.
     *
     * @param done the completion callback, called once with OK or the error: on the thread that writes the reply; or on the
     *        sender's thread if the request is not sent, with EINTR if it was interrupted while it was blocked (its interrupt
     *        status is kept), or ENOTCONN if the connection was aborted or unmounted (gVisor: ECONNABORTED if that happened
     *        while it was blocked). It must return quickly and must not call the port
     */
    void submit(Request request, Consumer<Errno> done);

    /** Queues a request without a reply. Never blocks. The port closes it. */
    void post(Request request);

    /** Queues a FORGET, which may be batched with others, or has the server run it on this thread where it runs inline. */
    void forget(long node, long lookups);

    /** What INIT negotiated. Blocks until the reply to INIT. */
    ConnectionInfo negotiated();

    /**
     * The backing file that the server has registered as {@code id}, see {@link BackingFiles}; empty if the id is not
     * registered. Each call takes a reference, which the caller closes, to the same object.
     *
     * @param id the backing id in the reply to an OPEN with FOPEN_PASSTHROUGH
     */
    default Optional<BackingFile> backing(int id) {
        return Optional.empty();
    }

    /** Whether the congestion threshold of background requests is reached, so that the VFS should skip readahead. */
    default boolean isCongested() {
        return false;
    }
}
