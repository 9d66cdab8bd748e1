package org.hexfuse.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.EntryInvalFlag;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.NotifyCode;
import org.hexfuse.abi.NotifyDeleteOut;
import org.hexfuse.abi.NotifyInvalEntryOut;
import org.hexfuse.abi.NotifyInvalInodeOut;
import org.hexfuse.abi.NotifyPollWakeupOut;
import org.hexfuse.abi.NotifyPruneOut;
import org.hexfuse.abi.NotifyRetrieveOut;
import org.hexfuse.abi.NotifyStoreOut;
import org.hexfuse.abi.Struct;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;

/**
 * A notification on its way in: its bytes, and its decoding when they are there.
 *
 * <p>Source: Linux {@code fs/fuse/notify.c}.
 */
final class NotificationDelivery implements Delivery {
    private static final int NAME_MAX = 1024;
    private static final int LONGEST_NAME = 4096;

    private final FuseConnection connection;
    private final NotifyCode code;
    private final MemorySegment message;
    private final Span target;

    NotificationDelivery(FuseConnection connection, NotifyCode code, long length) {
        this.connection = connection;
        this.code = code;
        this.message = Arena.ofAuto().allocate(Math.max(length, 1), 8).asSlice(0, length);
        this.target = new Span().set(message, 0, length);
    }

    /** Whether a notification may have {@code length} bytes behind its header. */
    static boolean accepts(NotifyCode code, long length, int maxMessage) {
        int struct = code.struct().map(Struct::size).orElse(0);
        return switch (code) {
            case POLL, INVAL_INODE, RETRIEVE -> length == struct;
            case RESEND, INC_EPOCH -> length == 0;
            case INVAL_ENTRY, DELETE -> length > struct && length <= struct + LONGEST_NAME + 1;
            case STORE, PRUNE -> length >= struct && length <= maxMessage;
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
        NotificationSink sink = connection.sink();
        return switch (code) {
            case POLL -> sink.pollWakeup(NotifyPollWakeupOut.KH.get(message));
            case INVAL_INODE -> sink.invalidateNode(NotifyInvalInodeOut.INO.get(message),
                    NotifyInvalInodeOut.OFF.get(message), NotifyInvalInodeOut.LEN.get(message));
            case INVAL_ENTRY -> invalidateEntry(sink);
            case STORE -> store(sink);
            case RETRIEVE -> sink.retrieve(NotifyRetrieveOut.NOTIFY_UNIQUE.get(message),
                    NotifyRetrieveOut.NODEID.get(message), NotifyRetrieveOut.OFFSET.get(message),
                    NotifyRetrieveOut.SIZE_FIELD.get(message));
            case DELETE -> delete(sink);
            case RESEND -> connection.resend();
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
        if (length > NAME_MAX) {
            return Errno.ENAMETOOLONG;
        }
        return message.byteSize() == structSize + length + 1 && message.get(JAVA_BYTE, structSize + length) == 0
                ? Errno.OK
                : Errno.EINVAL;
    }

    private Errno store(NotificationSink sink) {
        long size = NotifyStoreOut.SIZE_FIELD.getUnsigned(message, 0);
        if (message.byteSize() != NotifyStoreOut.SIZE + size || NotifyStoreOut.OFFSET.get(message) < 0) {
            return Errno.EINVAL;
        }
        return sink.store(NotifyStoreOut.NODEID.get(message), NotifyStoreOut.OFFSET.get(message),
                new Span().set(message, NotifyStoreOut.SIZE, size));
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
