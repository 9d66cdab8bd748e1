package org.hexfuse.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;
import org.hexfuse.transport.spi.NativeMemory;

/**
 * A request and its reply: the memory of both messages. A virtual filesystem switch fills the request in, passes it to its
 * {@link RequestPort} and reads the reply. Not thread-safe.
 *
 * <p>The memory is native and recycled. It comes from an automatic arena: a transport may still copy to or from the memory of an
 * aborted request, so there is no time at which it could be freed explicitly. Each method that needs more of it than there is fails
 * with ENOMEM, and leaves the request as it was.
 */
public final class Request implements AutoCloseable {
    /** Header, the largest argument struct, and names as they usually are. Thousands of requests may wait at once. */
    private static final int HEAD_CAPACITY = 512;
    /** The same with two names of 4095 bytes, each with its NUL. */
    private static final int LARGEST_HEAD = 8448;
    private static final int REPLY_CAPACITY = 512;
    /** The unit in which the memory for bulk data grows, in bytes. */
    private static final long GROWTH = 4096;
    /** Never started: what is accessible by it is accessible by every thread. */
    private static final Thread ANY_THREAD = Thread.ofVirtual().unstarted(() -> {});

    private final Consumer<Request> recycler;
    private MemorySegment head = allocate(HEAD_CAPACITY, 8);
    private MemorySegment arguments = head.asSlice(InHeader.SIZE);
    private final Span data = new Span();
    private MemorySegment dataMemory = MemorySegment.NULL;
    private boolean dataLent;
    private MemorySegment reply = allocate(REPLY_CAPACITY, 8);
    private Opcode opcode = Opcode.DESTROY;
    private int headSize;
    private long replyFixed;
    private long replyRoom;
    private boolean replyVariable;
    /** Where the caller wants the reply; null for {@link #reply}. */
    private MemorySegment lent;
    private long lentOffset;
    private boolean repliedToLent;
    private long replySize;
    private long timeout;
    private boolean forced;

    /** The state of the request in its connection. */
    final RequestState state = new RequestState(this);

    /** A request that is passed to {@code recycler} when its last reference is released. */
    public Request(Consumer<Request> recycler) {
        this.recycler = recycler;
    }

    /** Resets this to a new request for {@code operation}, laid out for the minor version and flags that INIT negotiated. */
    public Request start(Opcode operation, long node, Caller caller, int minor, long flags) {
        int argumentsSize = operation.argumentsSize(minor, flags);
        opcode = operation;
        headSize = InHeader.SIZE + argumentsSize;
        head.asSlice(0, headSize).fill((byte) 0);
        InHeader.OPCODE.set(head, operation.code());
        InHeader.NODEID.set(head, node);
        InHeader.UID.set(head, caller.uid());
        InHeader.GID.set(head, caller.gid());
        InHeader.PID.set(head, caller.pid());
        data.set(dataMemory, 0, 0);
        dataLent = false;
        replyFixed = operation.replySize(minor);
        replyVariable = operation.replyVariable();
        replyRoom = 0;
        replySize = 0;
        lent = null;
        repliedToLent = false;
        timeout = 0;
        forced = false;
        state.start();
        return this;
    }

    /** The operation. */
    public Opcode opcode() {
        return opcode;
    }

    /** The node id. */
    public long node() {
        return InHeader.NODEID.get(head);
    }

    /**
     * The argument struct, at offset 0, zeroed by {@link #start}. Bytes after its size are not sent. Valid until a name or an extension
     * is appended.
     */
    public MemorySegment arguments() {
        return arguments;
    }

    /**
     * Appends a name and its NUL. Names come before {@link #data} and after what is set in {@link #arguments}.
     *
     * @throws IllegalArgumentException if the name is longer than 4095 bytes
     */
    public Request name(Name name) {
        if (name.length() >= 4096) {
            throw new IllegalArgumentException("a name of " + name.length() + " bytes; at most 4095");
        }
        ensureRoom(name.length() + 1);
        name.copyTo(head, headSize);
        head.set(JAVA_BYTE, (long) headSize + name.length(), (byte) 0);
        headSize += name.length() + 1;
        return this;
    }

    /**
     * Appends an extension, which follows the names, and adds its size to {@link InHeader#TOTAL_EXTLEN}.
     *
     * @param bytes of a size that is a multiple of 8
     */
    public Request extension(MemorySegment bytes) {
        int size = Math.toIntExact(bytes.byteSize());
        if (size % Protocol.EXTENSION_UNIT != 0) {
            throw new IllegalArgumentException("an extension of " + size + " bytes; not a multiple of 8");
        }
        ensureRoom(size);
        MemorySegment.copy(bytes, 0, head, headSize, size);
        headSize += size;
        long before = InHeader.TOTAL_EXTLEN.getUnsigned(head, 0);
        InHeader.TOTAL_EXTLEN.set(head, (short) (before + size / Protocol.EXTENSION_UNIT));
        return this;
    }

    /** Makes room for {@code bytes} after the present head. */
    private void ensureRoom(int bytes) {
        if (headSize + bytes > head.byteSize()) {
            MemorySegment larger = allocate(Math.max(LARGEST_HEAD, headSize + bytes), 8);
            MemorySegment.copy(head, 0, larger, 0, headSize);
            head = larger;
            arguments = larger.asSlice(InHeader.SIZE);
        }
    }

    /** Sets the bulk data to a copy of {@code length} bytes of {@code source}. */
    public Request data(MemorySegment source, long offset, long length) {
        MemorySegment.copy(source, offset, dataRoom(length), 0, length);
        return dataLength(length);
    }

    /**
     * Sets the bulk data to {@code length} bytes of the caller's memory itself, which may not change until {@link RequestPort#call}
     * returns. Unless the server reads them while the call runs on the caller's thread they are copied after all, as is memory that
     * other threads may not access.
     */
    public Request lendData(MemorySegment source, long offset, long length) {
        if (!source.scope().isAlive() || !source.isAccessibleBy(ANY_THREAD)) {
            return data(source, offset, length);
        }
        data.set(source.asReadOnly(), offset, length);
        dataLent = true;
        return this;
    }

    boolean lendsData() {
        return dataLent;
    }

    void copyLentData() {
        MemorySegment source = data.segment(0);
        long offset = data.offset(0);
        long length = data.size();
        dataLent = false;
        data.set(dataMemory, 0, 0);
        data(source, offset, length);
    }

    /** Memory for {@code bytes} of bulk data, to be written before {@link #dataLength} is called. */
    public MemorySegment dataRoom(long bytes) {
        if (dataMemory.byteSize() < bytes) {
            dataMemory = allocateBulk(bytes);
        }
        return dataMemory;
    }

    /** Sets how many bytes of {@link #dataRoom} are sent. */
    public Request dataLength(long bytes) {
        data.set(dataMemory, 0, bytes);
        return this;
    }

    /**
     * Limits how long {@link RequestPort#call} waits for the reply to this request, in addition to the connection's request
     * timeout. After the timeout the caller gets ETIMEDOUT: a blocked or pending request is dequeued; for one in processing
     * INTERRUPT is queued, and its late reply is dropped.
     *
     * @param nanos the timeout in nanoseconds; 0 for none
     */
    public Request timeout(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("a timeout of " + nanos + " ns; negative");
        }
        timeout = nanos;
        return this;
    }

    long timeout() {
        return timeout;
    }

    /**
     * Forces the request, Linux's {@code force} argument: {@link RequestPort#submit} does not block at max_background, and an
     * interrupt of {@link RequestPort#call} does not dequeue it. For FLUSH, RELEASE and DESTROY, which release what the server
     * holds.
     */
    public Request force() {
        forced = true;
        return this;
    }

    boolean forced() {
        return forced;
    }

    /** Sets the most bytes of the variable part of the reply: the size that READ and the like request. */
    public Request replyRoom(long bytes) {
        if (reply.byteSize() < replyFixed + bytes) {
            reply = allocateBulk(replyFixed + bytes);
        }
        replyRoom = bytes;
        return this;
    }

    /**
     * Lends memory of the caller's for the reply, where {@link #replyRoom} bytes have room. Only a reply that comes while
     * {@link RequestPort#call} runs, on the caller's thread, is written there, see {@link #isRepliedToLent}; another thread could
     * write to it after the caller has returned. A server on the caller's thread may write there before it replies, also if it replies
     * with an error.
     */
    public Request lendForReply(MemorySegment memory, long offset) {
        lent = memory;
        lentOffset = offset;
        return this;
    }

    /** Whether the reply is in the memory of {@link #lendForReply}, and not in {@link #reply}. */
    public boolean isRepliedToLent() {
        return repliedToLent;
    }

    /** Sets {@code target} to lent memory for a reply of {@code length} bytes; false if there is none. */
    boolean lentReply(long length, Span target) {
        if (lent == null) {
            return false;
        }
        target.set(lent, lentOffset, length);
        repliedToLent = true;
        return true;
    }

    /** Sets {@code target} to lent memory for the longest reply; false if there is none, or it is no plain data. */
    boolean lentReply(Span target) {
        if (lent == null || replyFixed > 0) {
            return false;
        }
        target.set(lent, lentOffset, replyRoom);
        return true;
    }

    /** The reply has {@code least} to {@code most} bytes; missing bytes are zeros. */
    Request replyBetween(int least, int most) {
        replyFixed = least;
        replyVariable = true;
        replyRoom(most - least);
        reply.asSlice(0, most).fill((byte) 0);
        return this;
    }

    /** The reply has exactly this many bytes, whatever the operation. */
    public Request replyExactly(int bytes) {
        replyFixed = bytes;
        replyVariable = false;
        return replyRoom(0);
    }

    private static MemorySegment allocateBulk(long bytes) {
        return allocate((bytes + GROWTH - 1) / GROWTH * GROWTH, GROWTH);
    }

    private static MemorySegment allocate(long bytes, long alignment) {
        try {
            return NativeMemory.JVM.allocate(bytes, alignment);
        } catch (OutOfMemoryError _) {
            throw FuseException.of(Errno.ENOMEM);
        }
    }

    /** The reply after its header: structs from offset 0 on, then variable bytes. Valid until {@link #close}. */
    public MemorySegment reply() {
        return reply;
    }

    /** The size of {@link #reply} in bytes, as the server sent it. */
    public long replySize() {
        return replySize;
    }

    /** Header, arguments, names and extensions, as they are sent. */
    public MemorySegment head() {
        return head;
    }

    /** The size of {@link #head} in bytes. */
    public int headSize() {
        return headSize;
    }

    /** The bulk data. */
    public Segments data() {
        return data;
    }

    /** The length of the whole message in bytes. */
    public long size() {
        return headSize + data.size();
    }

    /**
     * Whether a reply without error may have {@code length} bytes. Only the variable part of a reply may be shorter than
     * requested.
     */
    public boolean accepts(long length) {
        return replyVariable ? length >= replyFixed && length <= replyFixed + replyRoom : length == replyFixed;
    }

    /** Sets the size of the reply that was written to {@link #reply}. Also for tests that stand in for a server. */
    public void replied(long length) {
        replySize = length;
    }

    /** Releases the caller's reference. The request may still be outstanding: its last reference recycles it. */
    @Override public void close() {
        state.release();
    }

    /**
     * Interrupts the call of the request, as an interrupt of its caller does but without its interrupt status: EINTR if no server has
     * read the request yet, else INTERRUPT is sent and the caller keeps waiting for the reply. The only method for another thread than
     * the caller's, which may call it from {@link #start} until {@link #close}.
     */
    public void interrupt() {
        state.interrupt();
    }

    /** The memory for bulk data and reply, in bytes. */
    long footprint() {
        return dataMemory.byteSize() + reply.byteSize();
    }

    void recycle() {
        if (lent != null) {
            lent = null;
            state.forgetTarget();
        }
        if (dataLent) {
            dataLent = false;
            data.set(dataMemory, 0, 0);
        }
        recycler.accept(this);
    }

    Errno outcome() {
        return state.outcome();
    }
}
