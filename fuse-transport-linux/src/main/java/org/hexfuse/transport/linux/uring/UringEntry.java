package org.hexfuse.transport.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.net.ProtocolException;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.NotifyRetrieveIn;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OutHeader;
import org.hexfuse.abi.UringEntInOut;
import org.hexfuse.abi.UringReqHeader;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.BufferSlot;
import org.hexfuse.transport.spi.NativeMemory;
import org.hexfuse.transport.spi.SlotPool;

/**
 * One entry of a queue: the memory of a request and of its reply, which the kernel was given when it was registered. The reply is written
 * over the payload of the request. Before the first request it is fresh.
 *
 * <p>Source: Linux {@code include/uapi/linux/fuse.h}, {@code struct fuse_uring_req_header}.
 */
final class UringEntry extends BufferSlot {
    private static final int PAGE = 4096;
    /** Of each entry beside its payload: the header, and the vectors that point to the two. */
    private static final int HEADER_ROOM = PAGE;
    private static final int VECTORS = 512;
    private static final int VECTORS_SIZE = 32;
    /** A copy of the request's header, whose place the kernel also reads the reply's from. */
    private static final int REQUEST = 1024;

    private final UringQueue queue;
    private final int index;
    private final MemorySegment memory;
    private final MemorySegment head;
    private final long payloadSize;
    private boolean fresh = true;
    /** Whether the session holds the request for longer, and the queue has another entry for it. Written by the slot's owner. */
    private volatile boolean detached;
    private long commitId;

    /** @throws OutOfMemoryError if there is no memory for it */
    UringEntry(UringQueue queue, int index, long payloadSize, SlotPool pool) {
        this(queue, index, payloadSize, NativeMemory.JVM.allocate(memory(payloadSize), PAGE), pool);
    }

    private UringEntry(UringQueue queue, int index, long payloadSize, MemorySegment memory, SlotPool pool) {
        super(memory.asSlice(REQUEST, InHeader.SIZE),
                memory.asSlice(UringReqHeader.OP_IN.offset(), UringReqHeader.OP_IN.size()),
                memory.asSlice(HEADER_ROOM, payloadSize), memory.asSlice(HEADER_ROOM, payloadSize), 0,
                (unique, error, _, _, length) -> queue.reply(index, unique, error, length), pool);
        this.queue = queue;
        this.index = index;
        this.memory = memory;
        this.head = memory.asSlice(0, UringReqHeader.SIZE);
        this.payloadSize = payloadSize;
        memory.set(JAVA_LONG, VECTORS, head.address());
        memory.set(JAVA_LONG, VECTORS + 8L, UringReqHeader.SIZE);
        memory.set(JAVA_LONG, VECTORS + 16L, memory.address() + HEADER_ROOM);
        memory.set(JAVA_LONG, VECTORS + 24L, payloadSize);
    }

    /** The bytes of an entry. */
    static long memory(long payloadSize) {
        return HEADER_ROOM + payloadSize;
    }

    /** The two {@code struct iovec} of its registration. */
    MemorySegment vectors() {
        return memory.asSlice(VECTORS, VECTORS_SIZE);
    }

    /** Whether no request has come by it, so that what completes is its registration. */
    boolean isFresh() {
        return fresh;
    }

    int index() {
        return index;
    }

    boolean isDetached() { return detached; }

    /** The kernel's id of the request, which the commit names. */
    long commitId() {
        return commitId;
    }

    /**
     * The kernel has written a request: hands the slot to the server.
     *
     * @throws ProtocolException if it is malformed
     */
    Slot received(Limits limits) throws ProtocolException {
        fresh = false;
        detached = false;
        long in = UringReqHeader.RING_ENT_IN_OUT.offset();
        long size = UringEntInOut.PAYLOAD_SZ.getUnsigned(head, in);
        if (size > payloadSize) {
            throw new ProtocolException("a request with a payload of " + size + " bytes in room for " + payloadSize);
        }
        commitId = UringEntInOut.COMMIT_ID.get(head, in);
        MemorySegment.copy(head, 0, header(), 0, InHeader.SIZE);
        Opcode opcode = Opcode.byCode(InHeader.OPCODE.get(head));
        if (opcode == Opcode.NOTIFY_REPLY) {
            return receivedNotifyReply(size);
        }
        int arguments = opcode == null ? 0 : opcode.argumentsSize(limits.minor(), limits.flags());
        return received(Math.min(arguments, UringReqHeader.OP_IN.size()), 0, size);
    }

    /** Its struct is in the payload. Source: Linux {@code fs/fuse/dev.c}, {@code fuse_retrieve}. */
    private Slot receivedNotifyReply(long size) {
        int arguments = (int) Math.min(size, NotifyRetrieveIn.SIZE);
        MemorySegment.copy(memory, HEADER_ROOM, arguments(), 0, arguments);
        return received(arguments, arguments, size - arguments);
    }

    /** Writes the header of the reply, whose bytes are in the payload. */
    void replied(long unique, Errno error, long length) {
        OutHeader.LEN.set(head, (int) (OutHeader.SIZE + length));
        OutHeader.ERROR.set(head, -error.code());
        OutHeader.UNIQUE.set(head, unique);
        long out = UringReqHeader.RING_ENT_IN_OUT.offset();
        UringEntInOut.FLAGS.set(head, out, 0);
        UringEntInOut.PAYLOAD_SZ.set(head, out, (int) length);
    }

    /** The entry is returned to the kernel by a commit, also where the request has no reply: NOTIFY_REPLY. */
    @Override public void release() {
        Opcode opcode = Opcode.byCode(opcode());
        commit(opcode == null || opcode.expectsReply() ? Errno.EIO : Errno.OK, 0, 0);
    }

    /**
     * The same slot, since the kernel keeps the memory of a request until it is answered. The queue gets another entry.
     *
     * @throws OutOfMemoryError if it cannot have one more
     */
    @Override public Slot detach(long replyRoom) {
        if (!detached) {
            queue.replace();
            detached = true;
        }
        return this;
    }

    @Override public String toString() {
        return "entry " + index + " of " + queue;
    }
}
