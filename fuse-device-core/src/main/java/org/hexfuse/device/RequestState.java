package org.hexfuse.device;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.Opcode;
import org.hexfuse.transport.CallerRequest;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * The state of a request in its connection, Linux's {@code struct fuse_req}, and the view of it that a transport gets.
 *
 * <pre>
 * IDLE --> BLOCKED --admit--> PENDING --take--> READING --sent--> SENT --reply--> WRITING --delivered--> DONE
 *             |                  |                 |                |                |
 *             +------------------+- interrupt -----+- failed, abort +----------------+-----------------> DONE
 * </pre>
 *
 * <p>A request that its caller's thread takes inline is SENT at once, and a reply on that thread makes it DONE at once. Only one that {@link BackgroundQueue} does not admit at once is
 * BLOCKED. A SENT request becomes PENDING again by
 * RESEND, and a READING one on a kernel that keeps a request it could not copy.
 *
 * <p>Fields are guarded by the lock of the part that has the request, see {@link #phase}. Two things end independently: the
 * caller's wait ({@link #finish}), which abort ends at any moment, and the references to the memory ({@link #release}), of which
 * the device keeps one while a transport copies.
 */
final class RequestState implements OutgoingRequest, CallerRequest, Delivery {
    /**
     * The stage of a request, and the part that has it: {@link BackgroundQueue} a BLOCKED request, {@link InputQueue} a PENDING
     * one, {@link ProcessingTable} a READING, SENT or WRITING one. No part has an IDLE or DONE request: it belongs to the thread
     * that adds it or has removed it.
     */
    enum Phase {
        IDLE, BLOCKED, PENDING, READING, SENT, WRITING, DONE
    }

    private static final VarHandle OUTCOME = handleOfOutcome();
    private static final Logger LOG = Loggers.of(RequestState.class);

    private final Request request;
    private final AtomicInteger references = new AtomicInteger();
    private final Span target = new Span();
    private final Span lentTarget = new Span();
    /** The one of both that the reply goes to. */
    private Span delivered = target;

    /** Written under the lock of the part that has the request; read without a lock as a hint. */
    volatile Phase phase = Phase.IDLE;
    /** Neighbours in the pending list or the background queue. */
    RequestState previous;
    RequestState next;
    /** The next request in a bucket of the processing table. */
    RequestState nextInBucket;
    ConnectionHandle handle;
    long unique;
    boolean background;
    /** {@link BackgroundWait} reserved a slot for it. */
    boolean reserved;
    /** It counts as active in the {@link BackgroundQueue}. */
    boolean active;
    /** The server chose {@link #unique}, as that of a NOTIFY_REPLY. */
    boolean serverUnique;
    /** When it was queued, by {@link System#nanoTime}; 0 without a listener and without a request timeout. */
    long queuedAt;
    /** The caller was interrupted or timed out. Needs no lock. */
    volatile boolean interrupted;
    /** {@link #interrupt} was called, and the caller has not seen it. */
    private volatile boolean interruptRequested;
    /** INTERRUPT was queued for it at least once. Guarded by {@link InputQueue#lock}, as is {@link #interruptQueued}. */
    boolean interruptSent;
    boolean interruptQueued;
    /** The completion callback of a background request, or null. */
    Consumer<Errno> done;
    private long replyLength;
    private Errno replyError = Errno.OK;

    private Thread waiter;
    /** Whether the waiter must be unparked. */
    private volatile boolean waiterParks;
    /** The outcome of the caller's wait; null while the caller waits. */
    private volatile Errno outcome;

    RequestState(Request request) {
        this.request = request;
    }

    private static VarHandle handleOfOutcome() {
        try {
            return MethodHandles.lookup().findVarHandle(RequestState.class, "outcome", Errno.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Resets the state of a recycled request, which has one reference from now on, the caller's. */
    void start() {
        // No other thread has the request: what is written before it is queued needs no fences of its own.
        references.setPlain(1);
        phase = Phase.IDLE;
        unique = 0;
        background = false;
        reserved = false;
        active = false;
        serverUnique = false;
        if (interrupted) {
            interrupted = false;
        }
        if (interruptRequested) {
            interruptRequested = false;
        }
        interruptSent = false;
        interruptQueued = false;
        done = null;
        handle = null;
        waiter = null;
        if (waiterParks) {
            waiterParks = false;
        }
        // Before outcome: the timeout check may still refer to the former request in this object.
        queuedAt = 0;
        outcome = null;
    }

    /** Adds a reference of the device's to the memory, beside the caller's. */
    void hold() {
        references.incrementAndGet();
    }

    /** Drops a reference. The last one recycles the request. Needs no lock. */
    void release() {
        if (references.decrementAndGet() == 0) {
            request.recycle();
        }
    }

    void assignUnique(long id) {
        unique = id;
        InHeader.UNIQUE.set(request.head(), id);
        InHeader.LEN.set(request.head(), (int) request.size());
    }

    /** Ends the caller's wait, once: later calls change nothing. Returns whether this call ended it. Needs no lock. */
    boolean finish(Errno error) {
        return outcome == null && OUTCOME.compareAndSet(this, null, error);
    }

    /** Unparks the waiter and runs the completion callback. Called without locks, once, by the thread that finished it. */
    void complete() {
        if (waiterParks) {
            LockSupport.unpark(waiter);
        }
        if (done != null) {
            complete(done, outcome);
        }
    }

    /** Runs a completion callback. Its exception is logged, so that other requests are completed all the same. */
    static void complete(Consumer<Errno> done, Errno outcome) {
        try {
            done.accept(outcome);
        } catch (RuntimeException e) {
            LOG.error("the completion callback of a request failed with outcome {}", outcome, e);
        }
    }

    /** Wakes the waiter to have it interrupt the request. Needs no lock. */
    void interrupt() {
        interruptRequested = true;
        if (waiterParks) {
            LockSupport.unpark(waiter);
        }
    }

    /** Whether {@link #interrupt} was called since the last call of this. On the waiter's thread. */
    boolean takeInterruptRequest() {
        if (!interruptRequested) {
            return false;
        }
        interruptRequested = false;
        return true;
    }

    boolean isFinished() { return outcome != null; }

    Errno outcome() {
        return outcome;
    }

    void waiter(Thread thread) {
        waiter = thread;
    }

    /** Whether a caller waits for the reply, and has a reference of its own meanwhile. */
    boolean hasWaiter() {
        return waiter != null;
    }

    /** The waiter must be unparked from now on; it parks unless {@link #isFinished} afterwards. */
    void beforePark() {
        waiterParks = true;
    }

    Opcode opcode() {
        return request.opcode();
    }

    /** Whether its bulk data is memory of the caller's. */
    boolean lendsData() {
        return request.lendsData();
    }

    /** Copies bulk data that is lent, from now on to be read at any time. Throws what the caller's memory throws. */
    void copyLentData() {
        if (request.lendsData()) {
            request.copyLentData();
        }
    }

    /** In nanoseconds, 0 for none. */
    long timeout() {
        return request.timeout();
    }

    boolean isForced() { return request.forced(); }

    /** Whether a reply may have {@code length} bytes. */
    boolean accepts(long length) {
        return request.accepts(length);
    }

    /** Whether this is the thread of its caller, which waits for the reply: it runs the server. */
    boolean isInCall() {
        return Thread.currentThread().equals(waiter) && outcome == null;
    }

    /** Prepares the delivery of a reply of {@code length} bytes. */
    Delivery replying(Errno error, long length) {
        replyError = error;
        replyLength = length;
        if (isInCall() && error == Errno.OK && request.lentReply(length, lentTarget)) {
            delivered = lentTarget;
        } else {
            delivered = target.set(request.reply(), 0, length);
        }
        return this;
    }

    /** Drops the reference to the memory of a reply that was lent. */
    void forgetTarget() {
        lentTarget.set(MemorySegment.NULL, 0, 0);
    }

    /** Where the reply may be written before it is committed, on the caller's thread. */
    @Override public Segments lentForReply() {
        return request.lentReply(lentTarget) ? lentTarget : OutgoingRequest.super.lentForReply();
    }

    Errno replyError() {
        return replyError;
    }

    @Override public MemorySegment head() {
        return request.head();
    }

    @Override public int headSize() {
        return request.headSize();
    }

    @Override public MemorySegment arguments() {
        return request.arguments();
    }

    @Override public Segments data() {
        return request.data();
    }

    @Override public void sent() {
        handle.sent(this);
    }

    /** The current copy failed: of the request to the server, or of its reply. */
    @Override public void failed() {
        handle.copyFailed(this);
    }

    @Override public Errno verdict() {
        return Errno.OK;
    }

    @Override public Segments target() {
        return delivered;
    }

    @Override public Errno delivered() {
        request.replied(replyLength);
        return handle.delivered(this);
    }
}
