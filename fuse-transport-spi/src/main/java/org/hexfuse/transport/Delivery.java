package org.hexfuse.transport;

import org.hexfuse.abi.Errno;

/**
 * What a {@link DeviceHandle} makes of the header of a reply or notification: a refusal, or the place where the bytes behind
 * the header go.
 *
 * <p>If {@link #verdict} is OK, the transport fills {@link #target} and calls {@link #delivered} or {@link #failed}, exactly
 * once, on the same thread. If it isn't, the message is over and the transport drops the bytes behind the header.
 */
public interface Delivery {
    /** OK, or the errno that a {@code write} of this message to {@code /dev/fuse} would end with. */
    Errno verdict();

    /** Where the bytes behind the header go: as many as were announced. */
    Segments target();

    /** The bytes are there. Returns OK, or ENOENT if the caller was aborted meanwhile, or what a notification came to. */
    Errno delivered();

    /** The bytes could not be had. The caller gets EIO. */
    void failed();
}
