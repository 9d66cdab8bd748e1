package org.hexfuse.server.request;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.PollWakeup;
import org.hexfuse.server.SecurityContext;
import org.hexfuse.server.Session;
import org.hexfuse.transport.Segments;

/**
 * Another request, of which a subclass replaces some parts. The others are read from the origin whenever they are used, since
 * the origin's memory moves when its slot is detached.
 */
public class ForwardingRequest implements IncomingRequest {
    private final IncomingRequest origin;

    /** The same as {@code origin}. */
    public ForwardingRequest(IncomingRequest origin) {
        this.origin = origin;
    }

    @Override public int opcode() {
        return origin.opcode();
    }

    @Override public long unique() {
        return origin.unique();
    }

    @Override public MemorySegment header() {
        return origin.header();
    }

    @Override public MemorySegment arguments() {
        return origin.arguments();
    }

    @Override public int argumentsSize() {
        return origin.argumentsSize();
    }

    @Override public Segments rest() {
        return origin.rest();
    }

    @Override public long replyCapacity() {
        return origin.replyCapacity();
    }

    @Override public int minor() {
        return origin.minor();
    }

    @Override public Session session() {
        return origin.session();
    }

    @Override public boolean interrupted() {
        return origin.interrupted();
    }

    @Override public void onInterrupt(Runnable action) {
        origin.onInterrupt(action);
    }

    @Override public void interruptThread(boolean interrupt) {
        origin.interruptThread(interrupt);
    }

    @Override public List<Integer> supplementaryGroups() {
        return origin.supplementaryGroups();
    }

    @Override public List<SecurityContext> securityContexts() {
        return origin.securityContexts();
    }

    @Override public PollWakeup pollWakeup(long kernelHandle) {
        return origin.pollWakeup(kernelHandle);
    }

    @Override public LateReply<?> deferred() {
        return origin.deferred();
    }
}
