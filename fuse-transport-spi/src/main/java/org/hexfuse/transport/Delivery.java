package org.hexfuse.transport;

import org.hexfuse.abi.Errno;

/**
 * A {@link DeviceHandle}'s answer to the header of a reply or notification: an errno, or the memory that the bytes after the
 * header are copied to.
 *
 * <p>If {@link #verdict} is OK, the transport fills {@link #target} and calls {@link #delivered} or {@link #failed}, exactly
 * once, on the same thread. Otherwise the transport discards the bytes after the header.
 */
public interface Delivery {
    /** OK, or the errno that {@code write(2)} of this message to {@code /dev/fuse} returns. */
    Errno verdict();

    /** The memory for the bytes after the header, of the length that was passed to {@link DeviceHandle#reply}. */
    Segments target();

    /** All bytes were copied. Returns OK, ENOENT if the caller was aborted meanwhile, or the outcome of a notification. */
    Errno delivered();

    /** The bytes could not be read. The caller gets EIO. */
    void failed();
}
