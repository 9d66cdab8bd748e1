package org.hexfuse.device;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
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

    /**
     * RETRIEVE: cached data is asked for. The connection sends it, as NOTIFY_REPLY.
     *
     * @param target where to put what the cache has of the file's bytes from {@code offset} on, without a gap and not beyond
     *        the file's end; valid until the method returns
     * @return how many bytes that are, possibly none
     * @throws org.hexfuse.abi.FuseException ENOENT if the node is not known, EINVAL if it is no regular file
     */
    default long retrieve(long node, long offset, MemorySegment target) {
        throw FuseException.of(Errno.ENOENT);
    }

    /** INC_EPOCH: all names are to be looked up again. */
    default Errno incrementEpoch() {
        return Errno.OK;
    }

    /** PRUNE: nodes that the server would have dropped from the cache, if they are not in use. */
    default Errno prune(long[] nodes) {
        return Errno.OK;
    }

    /** The connection is over: who waits for a {@link #pollWakeup} is to be woken. Called once. */
    default void ended() {}
}
