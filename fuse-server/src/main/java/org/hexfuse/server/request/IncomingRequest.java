package org.hexfuse.server.request;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.PollWakeup;
import org.hexfuse.server.SecurityContext;
import org.hexfuse.server.Session;
import org.hexfuse.transport.Segments;

/** The request that an operation is a view of: its bytes, and what the session adds to them. */
public interface IncomingRequest {
    /** The number of the operation. */
    int opcode();

    /** The unique id; 0 if there is none. */
    long unique();

    /** The {@link org.hexfuse.abi.InHeader}, at offset 0. */
    MemorySegment header();

    /** The argument struct, at offset 0, of which {@link #argumentsSize} bytes were sent. */
    MemorySegment arguments();

    /** The bytes of the argument struct that were sent. */
    int argumentsSize();

    /** What follows the argument struct: names, contiguous in the first piece, and bulk data. */
    Segments rest();

    /** The most bytes of reply. */
    long replyCapacity();

    /** The minor version of the protocol, on which the layout of some structs depends. */
    int minor();

    /** The session of the kernel that sent it. */
    Session session();

    /** Whether the caller was interrupted or the session has ended. */
    boolean interrupted();

    /** Runs {@code action} when that happens, at once if it has happened, unless the reply is given before. */
    void onInterrupt(Runnable action);

    /** Whether that interrupts the calling thread until the handler returns. */
    void interruptThread(boolean interrupt);

    /** The supplementary groups of the caller. */
    List<Integer> supplementaryGroups();

    /** The security contexts of a new node. */
    List<SecurityContext> securityContexts();

    /** What wakes the waiter of a POLL that has this handle in the kernel. */
    PollWakeup pollWakeup(long kernelHandle);

    /** Defers the reply until after the handler has returned. The kind of its result is that of the operation. */
    LateReply<?> deferred();
}
