package org.hexfuse.server;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;

/**
 * Notifications to the kernel of one session, which invalidate its caches, fill them or wake its waiters. From
 * {@link Session#notifier}; usable from the return of {@link FuseFileSystem#init} until the session's end. Any thread may call
 * any method.
 *
 * <p><b>Results.</b> OK; ENOENT if the kernel has no such node or name in its caches, which is no error; ENOSYS if the kernel's
 * protocol version lacks the notification; ENOTCONN before the session begins and after its end; EINVAL for arguments that are
 * out of range. Over a socket the kernel's result is not sent back: OK.
 *
 * <p><b>Deadlocks.</b> A kernel holds locks of a node or directory while it waits for a reply, and takes the same locks to
 * invalidate. A notification from a handler about what its own request has locked is refused with EDEADLK, over every
 * transport: names in a directory from LOOKUP, READDIR and operations that change that directory; data of a file from READ and
 * WRITE. Send it from another thread, after the handler has returned: a thread that the handler waits for deadlocks all the same.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}; libfuse {@code fuse_lowlevel_notify_*}.
 */
public interface Notifier {
    /** Invalidates the attributes and all cached data of a node (NOTIFY_INVAL_INODE). */
    Errno invalidateNode(long node);

    /** Invalidates the attributes of a node, not its data. */
    Errno invalidateAttributes(long node);

    /**
     * Invalidates the attributes of a node and a range of its cached data.
     *
     * @param offset the start of the range, in bytes; negative for no data
     * @param length the number of bytes; 0 or less for all from there on
     */
    Errno invalidateNode(long node, long offset, long length);

    /** Invalidates the dentry of a name in a directory, positive or negative (NOTIFY_INVAL_ENTRY). */
    Errno invalidateEntry(long parent, Name name);

    /** Expires the dentry of a name: the kernel looks it up again at its next use, and keeps what is below it until then. */
    Errno expireEntry(long parent, Name name);

    /** Reports that a name of the node {@code child} was removed (NOTIFY_DELETE): inotify watches of the directory see it. */
    Errno deleteEntry(long parent, long child, Name name);

    /**
     * Stores data of a regular file in the kernel's page cache.
     *
     * @param offset the offset in the file, in bytes
     * @param data at most as much as one WRITE may have
     */
    Errno store(long node, long offset, MemorySegment data);

    /**
     * Retrieves data of a regular file from the kernel's page cache.
     *
     * @param offset the offset in the file, in bytes
     * @param size the most bytes to retrieve
     * @return the bytes up to the first gap, possibly none; or a {@link FuseException} with one of the results above. Completed by a
     *         thread that must not wait. Over a socket a kernel that refuses sends nothing, so a time limit is in order
     */
    CompletableFuture<byte[]> retrieve(long node, long offset, int size);

    /** Has the kernel send all outstanding requests again, for a filesystem that has lost them (NOTIFY_RESEND). */
    Errno resend();

    /** Expires all dentries: the kernel looks each name up again at its next use (NOTIFY_INC_EPOCH). */
    Errno incrementEpoch();

    /** Has the kernel drop nodes from its inode cache that are not in use (NOTIFY_PRUNE). */
    Errno prune(long... nodes);
}
