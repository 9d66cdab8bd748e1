package org.hexfuse.device;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.EntryInvalFlag;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.NotifyDeleteOut;
import org.hexfuse.abi.NotifyInvalEntryOut;
import org.hexfuse.abi.NotifyInvalInodeOut;
import org.hexfuse.abi.NotifyPollWakeupOut;
import org.hexfuse.abi.NotifyPruneOut;
import org.hexfuse.abi.NotifyRetrieveIn;
import org.hexfuse.abi.NotifyRetrieveOut;
import org.hexfuse.abi.NotifyStoreOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.Struct;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;

/**
 * A notification from the server: the memory for its bytes, and their decoding when the transport has delivered them.
 *
 * <p>Source: Linux {@code fs/fuse/notify.c}.
 */
final class NotificationDelivery implements Delivery {
    private static final int PAGE = 4096;

    private final ConnectionCore core;
    private final ConnectionInfo negotiated;
    private final NotifyCode code;
    private final MemorySegment message;
    private final Span target;

    NotificationDelivery(ConnectionCore core, ConnectionInfo negotiated, NotifyCode code, long length) {
        this.core = core;
        this.negotiated = negotiated;
        this.code = code;
        this.message = Arena.ofAuto().allocate(Math.max(length, 1), 8).asSlice(0, length);
        this.target = new Span().set(message, 0, length);
    }

    /** Whether a notification may have {@code length} bytes after its header. */
    static boolean accepts(NotifyCode code, long length, int maxMessage) {
        int struct = code.struct().map(Struct::size).orElse(0);
        return switch (code) {
            case POLL, INVAL_INODE, RETRIEVE -> length == struct;
            case RESEND, INC_EPOCH -> length == 0;
            case INVAL_ENTRY, DELETE, STORE, PRUNE -> length >= struct && length <= maxMessage;
        };
    }

    @Override public Errno verdict() {
        return Errno.OK;
    }

    @Override public Segments target() {
        return target;
    }

    @Override public void failed() {}

    @Override public Errno delivered() {
        NotificationSink sink = core.sink;
        return switch (code) {
            case POLL -> sink.pollWakeup(NotifyPollWakeupOut.KH.get(message));
            case INVAL_INODE -> sink.invalidateNode(NotifyInvalInodeOut.INO.get(message),
                    NotifyInvalInodeOut.OFF.get(message), NotifyInvalInodeOut.LEN.get(message));
            case INVAL_ENTRY -> invalidateEntry(sink);
            case STORE -> store(sink);
            case RETRIEVE -> retrieve(sink);
            case DELETE -> delete(sink);
            case RESEND -> resend();
            case INC_EPOCH -> sink.incrementEpoch();
            case PRUNE -> prune(sink);
        };
    }

    private Errno invalidateEntry(NotificationSink sink) {
        long length = NotifyInvalEntryOut.NAMELEN.getUnsigned(message, 0);
        Errno checked = checkName(NotifyInvalEntryOut.SIZE, length);
        boolean expire = EntryInvalFlag.EXPIRE_ONLY.in(NotifyInvalEntryOut.FLAGS.get(message));
        return checked != Errno.OK ? checked
                : sink.invalidateEntry(NotifyInvalEntryOut.PARENT.get(message),
                        Name.of(message, NotifyInvalEntryOut.SIZE, (int) length), expire);
    }

    private Errno delete(NotificationSink sink) {
        long length = NotifyDeleteOut.NAMELEN.getUnsigned(message, 0);
        Errno checked = checkName(NotifyDeleteOut.SIZE, length);
        return checked != Errno.OK ? checked
                : sink.delete(NotifyDeleteOut.PARENT.get(message), NotifyDeleteOut.CHILD.get(message),
                        Name.of(message, NotifyDeleteOut.SIZE, (int) length));
    }

    private Errno checkName(int structSize, long length) {
        if (length > negotiated.nameMax()) {
            return Errno.ENAMETOOLONG;
        }
        return message.byteSize() == structSize + length + 1 ? Errno.OK : Errno.EINVAL;
    }

    private Errno store(NotificationSink sink) {
        long size = NotifyStoreOut.SIZE_FIELD.getUnsigned(message, 0);
        long offset = NotifyStoreOut.OFFSET.get(message);
        if (message.byteSize() != NotifyStoreOut.SIZE + size || !isInSomeFile(offset)) {
            return Errno.EINVAL;
        }
        return sink.store(NotifyStoreOut.NODEID.get(message), offset,
                new Span().set(message, NotifyStoreOut.SIZE, Math.min(size, Long.MAX_VALUE - offset)));
    }

    /** Whether a file may have a byte at {@code offset}. */
    private static boolean isInSomeFile(long offset) {
        return offset >= 0 && offset < Long.MAX_VALUE;
    }

    /** Sends the data in NOTIFY_REPLY, a request without a reply, with the unique that the server chose. */
    private Errno retrieve(NotificationSink sink) {
        long offset = NotifyRetrieveOut.OFFSET.get(message);
        if (!isInSomeFile(offset)) {
            return Errno.EINVAL;
        }
        long node = NotifyRetrieveOut.NODEID.get(message);
        long most = Math.min(negotiated.maxWrite(), (long) negotiated.maxPages() * PAGE);
        long room = Math.min(Math.min(NotifyRetrieveOut.SIZE_FIELD.getUnsigned(message, 0), most),
                Long.MAX_VALUE - offset);
        Request reply = core.requests.take(true).start(Opcode.NOTIFY_REPLY, node, Caller.KERNEL,
                Math.min(negotiated.minor(), Protocol.MINOR), negotiated.flags());
        long size;
        try {
            size = Math.clamp(sink.retrieve(node, offset, reply.dataRoom(room).asSlice(0, room)), 0, room);
        } catch (RuntimeException e) {
            reply.close();
            if (e instanceof FuseException refused) {
                return refused.errno();
            }
            throw e;
        }
        NotifyRetrieveIn.OFFSET.set(reply.arguments(), offset);
        NotifyRetrieveIn.SIZE_FIELD.set(reply.arguments(), (int) size);
        core.sender.post(reply.dataLength(size).state, NotifyRetrieveOut.NOTIFY_UNIQUE.get(message));
        return Errno.OK;
    }

    /** Requeues all SENT requests first, with UNIQUE_RESEND: the server has lost them. Each wakes a reader. */
    private Errno resend() {
        var lost = new ArrayList<RequestState>();
        core.lock.lock();
        core.input.lock.lock();
        try {
            core.forEachTable(table -> {
                table.lock.lock();
                try {
                    table.drainLost(lost::add);
                } finally {
                    table.lock.unlock();
                }
            });
            lost.sort((a, b) -> Long.compareUnsigned(b.unique, a.unique));
            lost.forEach(core.input::resend);
        } finally {
            core.input.lock.unlock();
            core.lock.unlock();
        }
        lost.forEach(_ -> core.input.wake());
        return Errno.OK;
    }

    private Errno prune(NotificationSink sink) {
        long count = NotifyPruneOut.COUNT.getUnsigned(message, 0);
        if (message.byteSize() != NotifyPruneOut.SIZE + count * Long.BYTES) {
            return Errno.EINVAL;
        }
        long[] nodes = new long[(int) count];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = message.get(JAVA_LONG_UNALIGNED,
                    NotifyPruneOut.SIZE + (long) i * Long.BYTES);
        }
        return sink.prune(nodes);
    }
}
