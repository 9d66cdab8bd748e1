package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.transport.Segments;

/**
 * Where the device hands what a server says without being asked, decoded and checked; the adapter implements it. Called on
 * the thread that brought the message, without a lock held; it must not make requests. What a method returns is what the
 * server's write ends with.
 */
public interface NotificationSink {
    /** A sink that knows no node. */
    NotificationSink NONE = new NotificationSink() {};

    /** POLL: a file that was polled with the handle {@code kernelHandle} may be ready. */
    default Errno pollWakeup(long kernelHandle) {
        return Errno.OK;
    }

    /** INVAL_INODE: attributes are stale, and so is data from {@code offset} on, unless that is negative. */
    default Errno invalidateNode(long node, long offset, long length) {
        return Errno.ENOENT;
    }

    /** INVAL_ENTRY: a name is stale; with {@code expireOnly} it is to be looked up again, not dropped. */
    default Errno invalidateEntry(long parent, Name name, boolean expireOnly) {
        return Errno.ENOENT;
    }

    /** DELETE: a name is gone, if it stands for {@code child}. */
    default Errno delete(long parent, long child, Name name) {
        return Errno.ENOENT;
    }

    /** STORE: data for the cache. */
    default Errno store(long node, long offset, Segments data) {
        return Errno.ENOENT;
    }

    /** RETRIEVE: cached data is asked for, to be sent as NOTIFY_REPLY. */
    default Errno retrieve(long unique, long node, long offset, int size) {
        return Errno.ENOENT;
    }

    /** INC_EPOCH: all names are to be looked up again. */
    default Errno incrementEpoch() {
        return Errno.OK;
    }

    /** PRUNE: nodes that the server would have dropped from the cache, if they are not in use. */
    default Errno prune(long[] nodes) {
        return Errno.OK;
    }
}
