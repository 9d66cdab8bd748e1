package org.hexfuse.device;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.transport.Delivery;
import org.hexfuse.transport.OutgoingRequest;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Span;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * Where a request stands between its caller and the server; what a transport sees of it.
 *
 * <pre>
 * IDLE --> WAITING --gate--> PENDING --take--> READING --sent--> SENT --reply--> WRITING --delivered--> DONE
 *             |                 |                 |                |                |
 *             +-----------------+- interrupt -----+- failed, abort +----------------+-----------------> DONE
 * </pre>
 *
 * <p>WAITING is for those alone that a {@link BackgroundQueue} holds back. What was SENT can become PENDING again: the server
 * asks for it (RESEND), or the kernel that is played keeps what it could not copy.
 *
 * <p>Fields are guarded by the lock of the part that has the request, see {@link #phase}. Two things end apart from each other: the
 * caller's wait ({@link #finish}), which abort ends at any moment, and the hold on the memory ({@link #release}), which the
 * device keeps while a transport copies.
 */
final class RequestState implements OutgoingRequest, Delivery {
    enum Phase {
        IDLE, WAITING, PENDING, READING, SENT, WRITING, DONE
    }

    private static final VarHandle OUTCOME = handleOfOutcome();
    private static final Logger LOG = Loggers.of(RequestState.class);

    private final Request request;
    private final AtomicInteger holders = new AtomicInteger();
    private final Span target = new Span();

    /**
     * What happens to it, and so who guards it: WAITING the {@link BackgroundQueue}, PENDING the {@link InputQueue}, READING,
     * SENT and WRITING the {@link ProcessingTable}. It is written under that part's lock, and read as a guess without.
     */
    volatile Phase phase = Phase.IDLE;
    /** Neighbours in the pending queue or the background queue. */
    RequestState previous;
    RequestState next;
    /** The next one in a bucket of the processing table. */
    RequestState nextInBucket;
    ConnectionHandle handle;
    long unique;
    boolean background;
    /** A place was kept for it by {@link BackgroundWait}. */
    boolean admitted;
    /** Counted by the {@link BackgroundQueue}. */
    boolean counted;
    /** The id is the server's own, as that of a NOTIFY_REPLY. */
    boolean identified;
    /** When it was queued, by {@link System#nanoTime}, if somebody wants to know. */
    long queuedAt;
    /** The caller was interrupted, or its time has passed. Needs no lock. */
    volatile boolean interrupted;
    /** INTERRUPT was queued for it, once at least. Guarded by {@link InputQueue#lock}. */
    boolean interruptSent;
    boolean interruptQueued;
    /** What a background request's sender asked to be told. */
    Consumer<Errno> done;
    private long replyLength;
    private Errno replyError = Errno.OK;

    private Thread waiter;
    /** Whether the waiter has to be unparked. */
    private volatile boolean parks;
    /** How the caller's wait ended; null while it goes on. */
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

    void start() {
        holders.set(1);
        phase = Phase.IDLE;
        unique = 0;
        background = false;
        admitted = false;
        counted = false;
        identified = false;
        interrupted = false;
        interruptSent = false;
        interruptQueued = false;
        done = null;
        handle = null;
        waiter = null;
        parks = false;
        // Before the last one: the check for late requests may still hold the former use of this object.
        queuedAt = 0;
        outcome = null;
    }

    Request request() {
        return request;
    }

    /** The device holds the request's memory from now on, beside its caller. */
    void hold() {
        holders.incrementAndGet();
    }

    /** One of the holders is through with the memory. The last one recycles the request. Needs no lock. */
    void release() {
        if (holders.decrementAndGet() == 0) {
            request.recycle();
        }
    }

    void identify(long id) {
        unique = id;
        InHeader.UNIQUE.set(request.head(), id);
        InHeader.LEN.set(request.head(), (int) request.size());
    }

    /** Ends the caller's wait, once: later calls change nothing. Returns whether this call ended it. Needs no lock. */
    boolean finish(Errno how) {
        return outcome == null && OUTCOME.compareAndSet(this, null, how);
    }

    /** Tells who waits for {@link #finish}. Called without the lock, once, by who finished it. */
    void tell() {
        if (parks) {
            LockSupport.unpark(waiter);
        }
        if (done != null) {
            tell(done, outcome);
        }
    }

    /** Tells the sender of a background request. A fault of his must not keep others from being told. */
    static void tell(Consumer<Errno> done, Errno outcome) {
        try {
            done.accept(outcome);
        } catch (RuntimeException e) {
            LOG.error("the sender of a request failed as it was told {}", outcome, e);
        }
    }

    boolean finished() {
        return outcome != null;
    }

    Errno outcome() {
        return outcome;
    }

    /** Whether a thread waits for its reply. */
    boolean isAwaitedBy(Thread thread) {
        return waiter == thread;
    }

    void waiter(Thread thread) {
        waiter = thread;
    }

    /** The waiter will park unless {@link #finished} by now, and wants to be unparked. */
    void parks() {
        parks = true;
    }

    Delivery replying(Errno error, long length) {
        replyError = error;
        replyLength = length;
        target.set(request.reply(), 0, length);
        return this;
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

    @Override public Segments data() {
        return request.data();
    }

    @Override public void sent() {
        handle.sent(this);
    }

    /** Says so of the copy that is under way: out to the server, or back from it. */
    @Override public void failed() {
        handle.copyFailed(this);
    }

    @Override public Errno verdict() {
        return Errno.OK;
    }

    @Override public Segments target() {
        return target;
    }

    @Override public Errno delivered() {
        request.replied(replyLength);
        return handle.delivered(this);
    }
}
