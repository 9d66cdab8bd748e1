package org.hexfuse.server.notify;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
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
import org.hexfuse.server.Notifier;
import org.hexfuse.server.PollWakeup;
import org.hexfuse.server.init.SessionInfo;
import org.hexfuse.server.request.WireTrace;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;

/**
 * Notifications as messages of the protocol, sent over the link of a session. A notification that would wait for the request
 * whose handler sends it is refused.
 */
public final class LinkNotifier implements Notifier {
    private final ServerLink link;
    private final SessionInfo info;
    private final WireTrace trace;
    private final Supplier<Optional<? extends HandledRequest>> handledHere;
    private final Retrievals retrievals = new Retrievals();

    /**
     * A notifier.
     *
     * @param info the negotiated version and flags, and whether the session has begun
     * @param trace the trace of the session
     * @param handledHere the request whose handler the calling thread is in
     */
    public LinkNotifier(ServerLink link, SessionInfo info, WireTrace trace,
            Supplier<Optional<? extends HandledRequest>> handledHere) {
        this.link = link;
        this.info = info;
        this.trace = trace;
        this.handledHere = handledHere;
    }

    /** A NOTIFY_REPLY came, with the data of a RETRIEVE. */
    public void retrieved(Slot slot) {
        retrievals.arrived(slot);
    }

    /** The session ends: retrievals that are outstanding fail with ENOTCONN. */
    public void end() {
        retrievals.end();
    }

    /** What wakes the waiters that have this handle in the kernel. */
    public PollWakeup wakeup(long kernelHandle) {
        return new Wakeup(this, kernelHandle);
    }

    /** A waiter of POLL: equal by the session and the kernel's handle. */
    private record Wakeup(LinkNotifier notifier, long kernelHandle) implements PollWakeup {
        @Override public Errno wake() {
            return notifier.wakePoll(kernelHandle);
        }
    }

    @Override public Errno invalidateNode(long node) {
        return invalidateNode(node, 0, 0);
    }

    @Override public Errno invalidateAttributes(long node) {
        return invalidateNode(node, -1, 0);
    }

    @Override public Errno invalidateNode(long node, long offset, long length) {
        if (offset >= 0 && deadlocks(x -> NotificationLocks.pages(x.operation(), x.node(), node))) {
            return Errno.EDEADLK;
        }
        MemorySegment message = message(NotifyInvalInodeOut.SIZE);
        NotifyInvalInodeOut.INO.set(message, OutHeader.SIZE, node);
        NotifyInvalInodeOut.OFF.set(message, OutHeader.SIZE, offset);
        NotifyInvalInodeOut.LEN.set(message, OutHeader.SIZE, length);
        return send(NotifyCode.INVAL_INODE, message);
    }

    @Override public Errno invalidateEntry(long parent, Name name) {
        return invalidateEntry(parent, name, 0);
    }

    @Override public Errno expireEntry(long parent, Name name) {
        return InitFlag.HAS_EXPIRE_ONLY.in(info.flags()) || !info.isInitialized()
                ? invalidateEntry(parent, name, (int) EntryInvalFlag.EXPIRE_ONLY.mask())
                : Errno.ENOSYS;
    }

    private Errno invalidateEntry(long parent, Name name, int flags) {
        if (deadlocks(x -> NotificationLocks.entry(x.operation(), x.node(), x.otherDirectory(), parent))) {
            return Errno.EDEADLK;
        }
        MemorySegment message = message(NotifyInvalEntryOut.SIZE + name.length() + 1L);
        NotifyInvalEntryOut.PARENT.set(message, OutHeader.SIZE, parent);
        NotifyInvalEntryOut.NAMELEN.set(message, OutHeader.SIZE, name.length());
        NotifyInvalEntryOut.FLAGS.set(message, OutHeader.SIZE, flags);
        name.copyTo(message, OutHeader.SIZE + (long) NotifyInvalEntryOut.SIZE);
        return send(NotifyCode.INVAL_ENTRY, message);
    }

    @Override public Errno deleteEntry(long parent, long child, Name name) {
        if (deadlocks(x -> NotificationLocks.entry(x.operation(), x.node(), x.otherDirectory(), parent)
                || NotificationLocks.node(x.operation(), x.node(), child))) {
            return Errno.EDEADLK;
        }
        MemorySegment message = message(NotifyDeleteOut.SIZE + name.length() + 1L);
        NotifyDeleteOut.PARENT.set(message, OutHeader.SIZE, parent);
        NotifyDeleteOut.CHILD.set(message, OutHeader.SIZE, child);
        NotifyDeleteOut.NAMELEN.set(message, OutHeader.SIZE, name.length());
        name.copyTo(message, OutHeader.SIZE + (long) NotifyDeleteOut.SIZE);
        return send(NotifyCode.DELETE, message);
    }

    @Override public Errno store(long node, long offset, MemorySegment data) {
        if (deadlocks(x -> NotificationLocks.pages(x.operation(), x.node(), node))) {
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

    @Override public CompletableFuture<byte[]> retrieve(long node, long offset, int size) {
        if (deadlocks(x -> NotificationLocks.pages(x.operation(), x.node(), node))) {
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

    @Override public Errno resend() {
        return InitFlag.HAS_RESEND.in(info.flags()) || !info.isInitialized()
                ? send(NotifyCode.RESEND, message(0))
                : Errno.ENOSYS;
    }

    @Override public Errno incrementEpoch() {
        return send(NotifyCode.INC_EPOCH, message(0));
    }

    @Override public Errno prune(long... nodes) {
        MemorySegment message = message(NotifyPruneOut.SIZE + (long) nodes.length * Long.BYTES);
        NotifyPruneOut.COUNT.set(message, OutHeader.SIZE, nodes.length);
        for (int i = 0; i < nodes.length; i++) {
            message.set(JAVA_LONG_UNALIGNED, OutHeader.SIZE + NotifyPruneOut.SIZE + (long) i * Long.BYTES, nodes[i]);
        }
        return send(NotifyCode.PRUNE, message);
    }

    private Errno wakePoll(long kernelHandle) {
        MemorySegment message = message(NotifyPollWakeupOut.SIZE);
        NotifyPollWakeupOut.KH.set(message, OutHeader.SIZE, kernelHandle);
        return send(NotifyCode.POLL, message);
    }

    /** Whether the kernel would wait for the request whose handler the calling thread is in. */
    private boolean deadlocks(Predicate<HandledRequest> check) {
        return handledHere.get().filter(check).isPresent();
    }

    /** Zeroed memory for a notification with {@code size} bytes behind its header. */
    private static MemorySegment message(long size) {
        return Arena.ofAuto().allocate(OutHeader.SIZE + size, 8);
    }

    private Errno send(NotifyCode code, MemorySegment message) {
        if (!info.isInitialized() || info.isEnding()) {
            return Errno.ENOTCONN;
        }
        if (info.minor() < code.since()) {
            return Errno.ENOSYS;
        }
        OutHeader.LEN.set(message, (int) message.byteSize());
        OutHeader.ERROR.set(message, code.code());
        if (trace.isOn()) {
            trace.notification(code, message.byteSize());
        }
        return link.send(message, message.byteSize());
    }
}
