package org.hexfuse.server;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.hexfuse.abi.EntryInvalFlag;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.NotifyDeleteOut;
import org.hexfuse.abi.NotifyInvalEntryOut;
import org.hexfuse.abi.NotifyInvalInodeOut;
import org.hexfuse.abi.NotifyPollWakeupOut;
import org.hexfuse.abi.NotifyPruneOut;
import org.hexfuse.abi.NotifyRetrieveOut;
import org.hexfuse.abi.NotifyStoreOut;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.transport.ServerLink;

/**
 * Tells the kernel of one session what it did not ask for: that what it remembers is not so any more. From
 * {@link Session#notifier}; of use from the end of {@link FuseFileSystem#init} on until the session's end. Any thread may
 * call any method.
 *
 * <p><b>Results.</b> OK; ENOENT if the kernel knows nothing of the node or name, which is no fault; ENOSYS if the kernel is too
 * old to understand; ENOTCONN if the session has not begun or is over; EINVAL if it makes no sense. Over a socket nobody tells
 * what a kernel made of a notification that was sent: OK.
 *
 * <p><b>Deadlocks.</b> A kernel holds locks of a node or directory while it waits for a reply about it, and takes them to
 * invalidate. A notification from a handler about what its own request has locked is refused with EDEADLK, over every
 * transport: names in a directory from LOOKUP, READDIR and what changes that directory; data of a file from READ and WRITE. Send
 * it from another thread, after the handler has returned: a thread that the handler waits for deadlocks all the same.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}; libfuse {@code fuse_lowlevel_notify_*}.
 */
public final class Notifier {
    private final ServerLink link;
    private final SessionState state;
    private final Retrievals retrievals;

    Notifier(ServerLink link, SessionState state, Retrievals retrievals) {
        this.link = link;
        this.state = state;
        this.retrievals = retrievals;
    }

    /** The attributes of a node have changed, and all of its data. */
    public Errno invalidateNode(long node) {
        return invalidateNode(node, 0, 0);
    }

    /** The attributes of a node have changed, not its data. */
    public Errno invalidateAttributes(long node) {
        return invalidateNode(node, -1, 0);
    }

    /**
     * The attributes of a node have changed, and data of it.
     *
     * @param offset where the data begins, in bytes; negative for none
     * @param length how many bytes; 0 or less for all from there on
     */
    public Errno invalidateNode(long node, long offset, long length) {
        if (offset >= 0 && deadlocks(x -> NotificationLocks.pages(x.opcode(), x.node(), node))) {
            return Errno.EDEADLK;
        }
        MemorySegment message = message(NotifyInvalInodeOut.SIZE);
        NotifyInvalInodeOut.INO.set(message, OutHeader.SIZE, node);
        NotifyInvalInodeOut.OFF.set(message, OutHeader.SIZE, offset);
        NotifyInvalInodeOut.LEN.set(message, OutHeader.SIZE, length);
        return send(NotifyCode.INVAL_INODE, message);
    }

    /** A name in a directory does not lead where it led, and neither is it known any more that it leads nowhere. */
    public Errno invalidateEntry(long parent, Name name) {
        return invalidateEntry(parent, name, 0);
    }

    /** A name may lead elsewhere: the kernel looks it up again when it needs it next, and keeps what is below it meanwhile. */
    public Errno expireEntry(long parent, Name name) {
        return InitFlag.HAS_EXPIRE_ONLY.in(state.flags()) || !state.isInitialized()
                ? invalidateEntry(parent, name, (int) EntryInvalFlag.EXPIRE_ONLY.mask())
                : Errno.ENOSYS;
    }

    private Errno invalidateEntry(long parent, Name name, int flags) {
        if (deadlocks(x -> NotificationLocks.entry(x.opcode(), x.node(), x.otherDirectory(), parent))) {
            return Errno.EDEADLK;
        }
        MemorySegment message = message(NotifyInvalEntryOut.SIZE + name.length() + 1L);
        NotifyInvalEntryOut.PARENT.set(message, OutHeader.SIZE, parent);
        NotifyInvalEntryOut.NAMELEN.set(message, OutHeader.SIZE, name.length());
        NotifyInvalEntryOut.FLAGS.set(message, OutHeader.SIZE, flags);
        name.copyTo(message, OutHeader.SIZE + (long) NotifyInvalEntryOut.SIZE);
        return send(NotifyCode.INVAL_ENTRY, message);
    }

    /** A name is gone that led to {@code child}: who watches the directory is told so. */
    public Errno deleteEntry(long parent, long child, Name name) {
        if (deadlocks(x -> NotificationLocks.entry(x.opcode(), x.node(), x.otherDirectory(), parent)
                || NotificationLocks.node(x.opcode(), x.node(), child))) {
            return Errno.EDEADLK;
        }
        MemorySegment message = message(NotifyDeleteOut.SIZE + name.length() + 1L);
        NotifyDeleteOut.PARENT.set(message, OutHeader.SIZE, parent);
        NotifyDeleteOut.CHILD.set(message, OutHeader.SIZE, child);
        NotifyDeleteOut.NAMELEN.set(message, OutHeader.SIZE, name.length());
        name.copyTo(message, OutHeader.SIZE + (long) NotifyDeleteOut.SIZE);
        return send(NotifyCode.DELETE, message);
    }

    /**
     * Puts data of a regular file into the kernel's cache.
     *
     * @param offset where it belongs, in bytes
     * @param data at most as much as one WRITE may have
     */
    public Errno store(long node, long offset, MemorySegment data) {
        if (deadlocks(x -> NotificationLocks.pages(x.opcode(), x.node(), node))) {
            return Errno.EDEADLK;
        }
        long size = data.byteSize();
        if (OutHeader.SIZE + NotifyStoreOut.SIZE + size > link.maxMessage()) {
            return Errno.EINVAL;
        }
        MemorySegment message = message(NotifyStoreOut.SIZE + size);
        NotifyStoreOut.NODEID.set(message, OutHeader.SIZE, node);
        NotifyStoreOut.OFFSET.set(message, OutHeader.SIZE, offset);
        NotifyStoreOut.SIZE_FIELD.set(message, OutHeader.SIZE, (int) size);
        MemorySegment.copy(data, 0, message, OutHeader.SIZE + (long) NotifyStoreOut.SIZE, size);
        return send(NotifyCode.STORE, message);
    }

    /**
     * Asks for what the kernel's cache has of a regular file.
     *
     * @param offset from where on, in bytes
     * @param size how many bytes at most
     * @return the bytes without a gap, possibly none; or a {@link FuseException} with one of the results above. Completed by a
     *         thread that must not wait. Over a socket a kernel that refuses says nothing, so a time limit is in order
     */
    public CompletableFuture<byte[]> retrieve(long node, long offset, int size) {
        if (deadlocks(x -> NotificationLocks.pages(x.opcode(), x.node(), node))) {
            return CompletableFuture.failedFuture(FuseException.of(Errno.EDEADLK));
        }
        Retrievals.Retrieval retrieval = retrievals.begin();
        MemorySegment message = message(NotifyRetrieveOut.SIZE);
        NotifyRetrieveOut.NOTIFY_UNIQUE.set(message, OutHeader.SIZE, retrieval.unique());
        NotifyRetrieveOut.NODEID.set(message, OutHeader.SIZE, node);
        NotifyRetrieveOut.OFFSET.set(message, OutHeader.SIZE, offset);
        NotifyRetrieveOut.SIZE_FIELD.set(message, OutHeader.SIZE, size);
        Errno sent = send(NotifyCode.RETRIEVE, message);
        if (sent != Errno.OK) {
            retrievals.fail(retrieval.unique(), sent);
        }
        return retrieval.data();
    }

    /** Has the kernel send everything again that it has no answer to, for a filesystem that has lost its requests. */
    public Errno resend() {
        return InitFlag.HAS_RESEND.in(state.flags()) || !state.isInitialized()
                ? send(NotifyCode.RESEND, message(0))
                : Errno.ENOSYS;
    }

    /** All names may lead elsewhere: the kernel looks each up again when it needs it next. */
    public Errno incrementEpoch() {
        return send(NotifyCode.INC_EPOCH, message(0));
    }

    /** Would have the kernel forget nodes that nobody uses. */
    public Errno prune(long... nodes) {
        MemorySegment message = message(NotifyPruneOut.SIZE + (long) nodes.length * Long.BYTES);
        NotifyPruneOut.COUNT.set(message, OutHeader.SIZE, nodes.length);
        for (int i = 0; i < nodes.length; i++) {
            message.set(JAVA_LONG_UNALIGNED, OutHeader.SIZE + NotifyPruneOut.SIZE + (long) i * Long.BYTES, nodes[i]);
        }
        return send(NotifyCode.PRUNE, message);
    }

    /** Who waits for a file to become ready asks again. */
    Errno wakePoll(long kernelHandle) {
        MemorySegment message = message(NotifyPollWakeupOut.SIZE);
        NotifyPollWakeupOut.KH.set(message, OutHeader.SIZE, kernelHandle);
        return send(NotifyCode.POLL, message);
    }

    /** Whether the kernel would wait for the request whose handler calls. */
    private boolean deadlocks(Predicate<Exchange> check) {
        return state.handledHere().filter(check).isPresent();
    }

    /** Zeroed memory for a notification with {@code size} bytes behind its header. */
    private static MemorySegment message(long size) {
        return Arena.ofAuto().allocate(OutHeader.SIZE + size, 8);
    }

    private Errno send(NotifyCode code, MemorySegment message) {
        if (!state.isInitialized() || state.isOver()) {
            return Errno.ENOTCONN;
        }
        if (state.minor() < code.since()) {
            return Errno.ENOSYS;
        }
        OutHeader.LEN.set(message, (int) message.byteSize());
        OutHeader.ERROR.set(message, code.code());
        if (state.wire().isTraceEnabled()) {
            state.wire().trace("<- {} of {} bytes", code, message.byteSize());
        }
        return link.send(message, message.byteSize());
    }
}
