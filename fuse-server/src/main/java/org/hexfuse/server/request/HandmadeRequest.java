package org.hexfuse.server.request;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Protocol;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.PollWakeup;
import org.hexfuse.server.SecurityContext;
import org.hexfuse.server.Session;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;

/** A request that no kernel sent, on the heap: arguments of zeros, no names, no data, from root. Immutable. */
public final class HandmadeRequest implements IncomingRequest {
    private static final Session NO_SESSION = Session.detached();

    private final MemorySegment header = MemorySegment.ofArray(new byte[InHeader.SIZE]);
    private final MemorySegment arguments;
    private final Session session;

    /** A request outside any session. */
    public HandmadeRequest(Opcode opcode, long node) {
        this(opcode, node, NO_SESSION);
    }

    /** A request in {@code session}. */
    public HandmadeRequest(Opcode opcode, long node, Session session) {
        InHeader.OPCODE.set(header, opcode.code());
        InHeader.NODEID.set(header, node);
        this.arguments = MemorySegment.ofArray(new byte[size(opcode)]);
        this.session = session;
    }

    /** The size of an operation's argument struct in the newest version of the protocol, with all flags enabled. */
    public static int size(Opcode opcode) {
        return opcode == null ? 0 : opcode.argumentsSize(Protocol.MINOR, -1);
    }

    @Override public int opcode() {
        return InHeader.OPCODE.get(header);
    }

    @Override public long unique() {
        return 0;
    }

    @Override public MemorySegment header() {
        return header;
    }

    @Override public MemorySegment arguments() {
        return arguments;
    }

    @Override public int argumentsSize() {
        return (int) arguments.byteSize();
    }

    @Override public Segments rest() {
        return new Span();
    }

    @Override public long replyCapacity() {
        return Integer.MAX_VALUE;
    }

    @Override public int minor() {
        return Protocol.MINOR;
    }

    @Override public Session session() {
        return session;
    }

    @Override public boolean interrupted() {
        return false;
    }

    /** It is never interrupted. */
    @Override public void onInterrupt(Runnable action) {}

    @Override public void interruptThread(boolean interrupt) {}

    @Override public List<Integer> supplementaryGroups() {
        return List.of();
    }

    @Override public List<SecurityContext> securityContexts() {
        return List.of();
    }

    @Override public PollWakeup pollWakeup(long kernelHandle) {
        throw new IllegalStateException("a POLL made by hand has a waiter only if withWakeup gives it one");
    }

    @Override public LateReply<?> deferred() {
        throw new IllegalStateException("an operation made by hand is replied to late only if withLater says how");
    }
}
