package org.hexfuse.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;

/**
 * One request from its making to its reply: the memory of both, and where it stands. A virtual filesystem switch fills it
 * in, passes it to its {@link RequestPort} and reads the reply; no two threads do so at once.
 *
 * <p>The memory is native and used again. It comes from an automatic arena: a request that was aborted may still be copied
 * from or into by a transport, so no point in time is known at which it could be freed by hand.
 */
public final class Request implements AutoCloseable {
    /** Header, the largest argument struct, and two names of 4095 bytes, each with its NUL. */
    private static final int HEAD_CAPACITY = 8448;
    private static final int REPLY_CAPACITY = 512;
    /** Memory for bulk data grows in steps, so that a few sizes serve all. */
    private static final long GROWTH = 4096;

    private final Consumer<Request> recycler;
    private final MemorySegment head = Arena.ofAuto().allocate(HEAD_CAPACITY, 8);
    private final MemorySegment arguments = head.asSlice(InHeader.SIZE);
    private final Span data = new Span();
    private MemorySegment dataMemory = MemorySegment.NULL;
    private MemorySegment reply = Arena.ofAuto().allocate(REPLY_CAPACITY, 8);
    private Opcode opcode = Opcode.DESTROY;
    private int headSize;
    private long replyFixed;
    private long replyRoom;
    private boolean replyVariable;
    private long replySize;
    private long timeout;
    private boolean forced;

    /** Where the request stands in its connection. */
    final RequestState state = new RequestState(this);

    /** A request that {@code recycler} takes back when all who hold it have closed it. */
    public Request(Consumer<Request> recycler) {
        this.recycler = recycler;
    }

    /** Starts anew as a request for {@code operation}, of the shape that it has under what INIT settled. */
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
        replyFixed = operation.replySize(minor);
        replyVariable = operation.replyVariable();
        replyRoom = 0;
        replySize = 0;
        timeout = 0;
        forced = false;
        state.start();
        return this;
    }

    /** What is asked for. */
    public Opcode opcode() {
        return opcode;
    }

    /** The node it is asked of. */
    public long node() {
        return InHeader.NODEID.get(head);
    }

    /** The argument struct, at offset 0, zeroed by {@link #start}. Bytes behind its size are not sent. */
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
            throw new IllegalArgumentException("a name of " + name.length() + " bytes");
        }
        name.copyTo(head, headSize);
        head.set(JAVA_BYTE, (long) headSize + name.length(), (byte) 0);
        headSize += name.length() + 1;
        return this;
    }

    /**
     * Appends an extension, which comes behind the names, and counts it in {@link InHeader#TOTAL_EXTLEN}.
     *
     * @param bytes a multiple of 8 of them
     */
    public Request extension(MemorySegment bytes) {
        int size = Math.toIntExact(bytes.byteSize());
        if (size % Protocol.EXTENSION_UNIT != 0) {
            throw new IllegalArgumentException("an extension of " + size + " bytes");
        }
        MemorySegment.copy(bytes, 0, head, headSize, size);
        headSize += size;
        long before = InHeader.TOTAL_EXTLEN.getUnsigned(head, 0);
        InHeader.TOTAL_EXTLEN.set(head, (short) (before + size / Protocol.EXTENSION_UNIT));
        return this;
    }

    /** Sets the bulk data to a copy of {@code length} bytes of {@code source}. */
    public Request data(MemorySegment source, long offset, long length) {
        MemorySegment.copy(source, offset, dataRoom(length), 0, length);
        return dataLength(length);
    }

    /** Memory for {@code bytes} of bulk data, to be written before {@link #dataLength} is said. */
    MemorySegment dataRoom(long bytes) {
        if (dataMemory.byteSize() < bytes) {
            dataMemory = allocate(bytes);
        }
        return dataMemory;
    }

    Request dataLength(long bytes) {
        data.set(dataMemory, 0, bytes);
        return this;
    }

    /**
     * Limits how long {@link RequestPort#call} waits for this request, beside what limits the connection. When the time is
     * over the caller gets ETIMEDOUT: a request that nobody has read is taken back; of another the server is told as of an
     * interrupt, and its answer, when it comes, is dropped.
     *
     * @param nanos how long in nanoseconds; 0 for as long as the connection allows
     */
    public Request timeout(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("a timeout of " + nanos + " ns");
        }
        timeout = nanos;
        return this;
    }

    long timeout() {
        return timeout;
    }

    /**
     * Says that the request is sent whatever happens to its caller: {@link RequestPort#submit} does not hold it back, and an
     * interrupted {@link RequestPort#call} does not take it back. For what tells the server of something that has happened
     * already: FLUSH, RELEASE, DESTROY.
     */
    public Request force() {
        forced = true;
        return this;
    }

    boolean forced() {
        return forced;
    }

    /** Says how many bytes the variable part of the reply may have: what is asked for by READ and the like. */
    public Request replyRoom(long bytes) {
        replyRoom = bytes;
        if (reply.byteSize() < replyFixed + bytes) {
            reply = allocate(replyFixed + bytes);
        }
        return this;
    }

    /** Says that the reply has {@code least} to {@code most} bytes, and that missing ones count as zeros. */
    Request replyBetween(int least, int most) {
        replyFixed = least;
        replyVariable = true;
        replyRoom(most - least);
        reply.asSlice(0, most).fill((byte) 0);
        return this;
    }

    /** Says that the reply has this many bytes, no more and no less, whatever is usual for the operation. */
    public Request replyExactly(int bytes) {
        replyFixed = bytes;
        replyVariable = false;
        return replyRoom(0);
    }

    private static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate((bytes + GROWTH - 1) / GROWTH * GROWTH, GROWTH);
    }

    /** The reply behind its header: structs from offset 0 on, then variable bytes. Valid until {@link #close}. */
    public MemorySegment reply() {
        return reply;
    }

    /** The bytes of {@link #reply} that the server sent. */
    public long replySize() {
        return replySize;
    }

    /** Header, arguments and names, in the form in which they are sent. */
    public MemorySegment head() {
        return head;
    }

    /** The bytes of {@link #head}. */
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
     * Whether a reply without error may have {@code length} bytes. Only the last part of a reply, where it is variable, may
     * be shorter than asked for.
     */
    public boolean accepts(long length) {
        return replyVariable ? length >= replyFixed && length <= replyFixed + replyRoom : length == replyFixed;
    }

    /** Puts a reply of {@code length} bytes in place, for stand-ins of a server. */
    public void replied(long length) {
        replySize = length;
    }

    /** Gives the request back. It may still be under way: whoever has it last recycles it. */
    @Override public void close() {
        state.release();
    }

    /** The memory it keeps for bulk data, in bytes. */
    long footprint() {
        return dataMemory.byteSize() + reply.byteSize();
    }

    void recycle() {
        recycler.accept(this);
    }

    Errno outcome() {
        return state.outcome();
    }
}
