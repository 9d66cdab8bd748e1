package org.hexfuse.device;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.transport.Segments;

/**
 * Receives the server's notifications, decoded and checked; the adapter implements it. Called on the thread that writes the
 * message, without locks; an implementation must not make requests. The returned error is that of the server's write.
 */
public interface NotificationSink {
    /** A sink without an inode cache: notifications for a node get ENOENT. */
    NotificationSink NONE = new NotificationSink() {};

    /** NOTIFY_POLL: wakes the pollers of the file whose POLL request carried {@code kernelHandle}. */
    default Errno pollWakeup(long kernelHandle) {
        return Errno.OK;
    }

    /**
     * NOTIFY_INVAL_INODE: invalidates the attribute cache of a node, and {@code length} bytes of its page cache from
     * {@code offset} on unless that is negative.
     */
    default Errno invalidateNode(long node, long offset, long length) {
        return Errno.ENOENT;
    }

    /** NOTIFY_INVAL_ENTRY: invalidates a dentry; with {@code expireOnly} its entry timeout expires, and it is revalidated. */
    default Errno invalidateEntry(long parent, Name name, boolean expireOnly) {
        return Errno.ENOENT;
    }

    /** NOTIFY_DELETE: removes a dentry if it refers to {@code child}. */
    default Errno delete(long parent, long child, Name name) {
        return Errno.ENOENT;
    }

    /** NOTIFY_STORE: stores data in the page cache of a node. */
    default Errno store(long node, long offset, Segments data) {
        return Errno.ENOENT;
    }

    /**
     * NOTIFY_RETRIEVE: copies data from the page cache. The connection sends it in NOTIFY_REPLY.
     *
     * @param target receives the contiguous cached bytes from {@code offset} on, up to the end of the file; valid until the
     *        method returns
     * @return the number of bytes copied, possibly 0
     * @throws org.hexfuse.abi.FuseException ENOENT if the node is not in the inode cache, EINVAL if it is not a regular file
     */
    default long retrieve(long node, long offset, MemorySegment target) {
        throw FuseException.of(Errno.ENOENT);
    }

    /** NOTIFY_INC_EPOCH: invalidates all dentries. */
    default Errno incrementEpoch() {
        return Errno.OK;
    }

    /** NOTIFY_PRUNE: drops nodes from the inode cache unless they are in use. */
    default Errno prune(long[] nodes) {
        return Errno.OK;
    }

    /** The connection was aborted or unmounted: wakes all pollers that wait for {@link #pollWakeup}. Called once. */
    default void ended() {}
}
