package org.hexfuse.server.dispatch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InHeader;
import org.hexfuse.abi.IoctlOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.RenameIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.server.LateReply;
import org.hexfuse.server.PollWakeup;
import org.hexfuse.server.SecurityContext;
import org.hexfuse.server.Session;
import org.hexfuse.server.init.SessionInfo;
import org.hexfuse.server.notify.HandledRequest;
import org.hexfuse.server.observe.ObservedRequest;
import org.hexfuse.server.operation.Operations;
import org.hexfuse.server.reply.DataReplyWriter;
import org.hexfuse.server.reply.DirPlusReplyWriter;
import org.hexfuse.server.reply.DirReplyWriter;
import org.hexfuse.server.request.Extensions;
import org.hexfuse.server.request.IncomingRequest;
import org.hexfuse.server.table.ReferenceTable;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;

/**
 * One request in flight: its slot, the views and replies that a handler gets of it, and the one reply. It is used again for the next
 * request, by one thread at a time; only {@link #interrupt}, {@link #cancel} and what the watchdog reads come from other threads.
 */
public final class Exchange implements IncomingRequest, HandledRequest, ObservedRequest {
    private static final RateLimitedLog LIMITED = new RateLimitedLog(Loggers.of(Exchange.class));
    /** The number of stack frames that are logged of a handler that does not return. */
    private static final int STACK = 12;
    private static final MemorySegment NO_REQUEST = Arena.global().allocate(InHeader.SIZE).asReadOnly();

    final Operations operations = new Operations(this);
    final DataReplyWriter dataReply = new DataReplyWriter();
    final DirReplyWriter dirReply = new DirReplyWriter();
    final DirPlusReplyWriter dirPlusReply;

    private final InFlight inFlight;
    private final SessionInfo info;
    private final SessionObserver observer;
    /** Null between two requests. */
    private Slot slot;
    /** Not null once the reply is deferred; the exchange is not used for another request then. */
    private volatile DeferredReply late;
    private boolean committed;
    private Opcode opcode;
    private Thread handler;
    private Thread interruptible;
    /** Whether the thread's interrupt may have come for this request. */
    private boolean mayInterrupt;
    /** What runs when the request is interrupted; null unless its handler gave something. */
    private List<Runnable> interruptActions;
    private volatile long unique;
    private long seenUnique;
    private int seen;
    private volatile boolean interrupted;
    /** Whether it has passed the gate: its reply is being made or sent. Not used without a gate. */
    private volatile boolean replying;
    private final RequestReport report;

    Exchange(InFlight inFlight, SessionInfo info, SessionObserver observer, ReferenceTable references) {
        this.inFlight = inFlight;
        this.info = info;
        this.observer = observer;
        this.report = new RequestReport(observer);
        this.dirPlusReply = new DirPlusReplyWriter(references);
    }

    /**
     * Makes this the exchange of a request, on the thread that calls the filesystem.
     *
     * @param interruptThread whether {@link #interrupt} also interrupts the thread
     */
    public void begin(Slot next, boolean interruptThread) {
        Thread thread = Thread.currentThread();
        synchronized (this) {
            slot = next;
            committed = false;
            interrupted = false;
            opcode = Opcode.byCode(next.opcode());
            handler = thread;
            interruptible = interruptThread ? thread : null;
            mayInterrupt = interruptThread;
            interruptActions = null;
            unique = next.unique();
        }
        if (inFlight.wasInterrupted(next.unique())) {
            interrupt(next.unique());
        }
        if (observer.trace().isOn()) {
            observer.trace().request(next);
        }
        report.begin(this);
    }

    /** The request is finished. Clears the interrupt of the thread if it may have come for this request. */
    void end() {
        boolean clear;
        replied();
        synchronized (this) {
            unique = 0;
            clear = mayInterrupt;
            mayInterrupt = false;
            interruptible = null;
            interruptActions = null;
            handler = null;
            slot = null;
            late = null;
        }
        if (clear) {
            Thread.interrupted();
        }
    }

    /** How many times in a row the watchdog has seen this request; 0 without a request. Called by the watchdog only. */
    int inspect() {
        long now = unique;
        seen = now == 0 ? 0 : now == seenUnique ? seen + 1 : 1;
        seenUnique = now;
        return seen;
    }

    /** Whether the request runs on a thread of its own and holds no reader. */
    boolean ownsThread() {
        return opcode == Opcode.SETLKW;
    }

    /** The operation; null if it is unknown. */
    @Override public Opcode operation() {
        return opcode;
    }

    /** Whether a handler runs. A request without a unique id, such as FORGET, counts too. */
    synchronized boolean isRunning() {
        return handler != null;
    }

    /** Whether the calling thread runs the handler of this request, and has not replied. */
    boolean isHandledHere() {
        return Thread.currentThread().equals(handler) && !committed && slot != null;
    }

    @Override public long node() {
        return InHeader.NODEID.get(header());
    }

    @Override public long otherDirectory() {
        // Both kinds of RENAME begin with it.
        return opcode == Opcode.RENAME || opcode == Opcode.RENAME2 ? RenameIn.NEWDIR.get(slot.arguments()) : 0;
    }

    /** The request in flight, with the stack of its handler. */
    synchronized Optional<String> describe() {
        if (unique == 0) {
            return Optional.empty();
        }
        String what = opcode + " of node " + Long.toUnsignedString(node());
        return handler == null ? Optional.of(what + ", whose reply is deferred")
                : Optional.of(what + " on " + handler.getName() + Arrays.stream(handler.getStackTrace()).limit(STACK)
                        .map(frame -> "\n    at " + frame).collect(Collectors.joining()));
    }

    /** Marks the request {@code id} as interrupted. Returns whether it is this one. */
    boolean interrupt(long id) {
        if (unique != id) {
            return false;
        }
        synchronized (this) {
            if (unique != id) {
                return false;
            }
            setInterrupted();
        }
        runInterruptActions();
        return true;
    }

    /** Marks any request here as interrupted: the session ends. */
    void cancel() {
        synchronized (this) {
            setInterrupted();
        }
        runInterruptActions();
    }

    private void setInterrupted() {
        interrupted = true;
        if (interruptible != null) {
            interruptible.interrupt();
        }
    }

    private void runInterruptActions() {
        List<Runnable> actions;
        synchronized (this) {
            actions = interruptActions == null ? List.of() : interruptActions;
            interruptActions = null;
        }
        actions.forEach(DeferredReply::run);
    }

    Slot slot() {
        return slot;
    }

    SessionInfo info() {
        return info;
    }

    ReferenceTable references() {
        return inFlight.references();
    }

    @Override public int opcode() {
        return slot.opcode();
    }

    @Override public long unique() {
        return unique;
    }

    /** The request's header; zeros between two requests. */
    @Override public MemorySegment header() {
        return slot == null ? NO_REQUEST : slot.header();
    }

    @Override public int uid() {
        return InHeader.UID.get(header());
    }

    @Override public int gid() {
        return InHeader.GID.get(header());
    }

    @Override public int pid() {
        return InHeader.PID.get(header());
    }

    @Override public MemorySegment arguments() {
        return slot.arguments();
    }

    @Override public int argumentsSize() {
        return slot.argumentsSize();
    }

    @Override public Segments rest() {
        return slot.rest();
    }

    @Override public long replyCapacity() {
        return slot.replyCapacity();
    }

    @Override public int minor() {
        return info.minor();
    }

    @Override public Session session() {
        return inFlight.session();
    }

    @Override public boolean interrupted() {
        return interrupted;
    }

    @Override public void onInterrupt(Runnable action) {
        synchronized (this) {
            if (committed) {
                return;
            }
            if (!interrupted) {
                if (interruptActions == null) {
                    interruptActions = new ArrayList<>(1);
                }
                interruptActions.add(action);
                return;
            }
        }
        DeferredReply.run(action);
    }

    private synchronized void dropInterruptActions() {
        interruptActions = null;
    }

    @Override public synchronized void interruptThread(boolean interrupt) {
        if (!Thread.currentThread().equals(handler) || !inFlight.ownsThreads()) {
            return;
        }
        interruptible = interrupt ? handler : null;
        mayInterrupt |= interrupt;
        if (interrupt && interrupted) {
            handler.interrupt();
        }
    }

    @Override public List<Integer> supplementaryGroups() {
        return extensions().groups();
    }

    @Override public List<SecurityContext> securityContexts() {
        return extensions().contexts();
    }

    private Extensions extensions() {
        return new Extensions(slot.rest(), InHeader.TOTAL_EXTLEN.getUnsigned(slot.header(), 0));
    }

    @Override public PollWakeup pollWakeup(long kernelHandle) {
        return inFlight.pollWakeup(kernelHandle);
    }

    /**
     * Detaches the slot, with what is to be written of the reply, and leaves the exchange to the late reply. Called by the handler.
     */
    @Override public LateReply<?> deferred() {
        if (late != null || committed || written() > 0) {
            throw new IllegalStateException("the reply to " + opcode + " was deferred or begun before");
        }
        Slot detached = inFlight.detach(slot);
        DeferredReply reply;
        synchronized (this) {
            // Before the late reply reads the node: the other slot is the transport's again.
            slot = detached;
            reply = new DeferredReply(this, inFlight);
            late = reply;
        }
        openReply();
        inFlight.deferred(this);
        return reply;
    }

    /** The late reply; null unless the handler has deferred it. */
    DeferredReply late() {
        return late;
    }

    /** The handler of a deferred request has returned. */
    void handlerReturned() {
        boolean clear;
        synchronized (this) {
            clear = mayInterrupt;
            mayInterrupt = false;
            interruptible = null;
            handler = null;
        }
        if (clear) {
            Thread.interrupted();
        }
    }

    /** A late reply was given or dropped: the request is not in flight any more. */
    void finished() {
        replied();
        unique = 0;
    }

    /**
     * Called when the handler has returned, before its result is counted and sent: waits while the session is handed over. Once another
     * process has the session, releases the request, which is run again there.
     *
     * @return whether the reply is to be sent
     */
    boolean mayReply() {
        if (committed || passesGate()) {
            return true;
        }
        committed = true;
        report.answered(Errno.ENOTCONN, 0);
        slot.release();
        return false;
    }

    /** Waits while the session is handed over; returns false once another process has it. */
    boolean passesGate() {
        ReplyGate gate = inFlight.gate();
        if (gate == null) {
            return true;
        }
        replying = true;
        while (!gate.isOpen()) {
            replying = false;
            if (!gate.await()) {
                return false;
            }
            replying = true;
        }
        return true;
    }

    boolean isReplying() { return replying; }

    private void replied() {
        if (replying) {
            replying = false;
        }
    }

    /** Begins the reply that the handler is given, where the operation has one. */
    void openReply() {
        switch (opcode) {
            case READ -> dataReply.set(slot.replyData(0), Integer.toUnsignedLong(operations.read.size()));
            case IOCTL -> dataReply.set(slot.replyData(IoctlOut.SIZE), Integer.toUnsignedLong(operations.ioctl.room()));
            case READDIR -> dirReply.set(slot.replyData(0), Integer.toUnsignedLong(operations.readDir.size()), node(),
                    operations.readDir.offset());
            case READDIRPLUS -> dirPlusReply.set(slot.replyData(0), Integer.toUnsignedLong(operations.readDir.size()),
                    minor(), info.timeouts());
            default -> {
                // Its result is returned.
            }
        }
    }

    private long written() {
        return switch (opcode) {
            case READ, IOCTL -> dataReply.written();
            case READDIR -> dirReply.written();
            case READDIRPLUS -> dirPlusReply.written();
            default -> 0;
        };
    }

    /** Whether the reply was sent, or the request that has none was released. */
    public boolean isCommitted() {
        return committed;
    }

    /** Releases the slot of a request that has no reply. */
    void noReply() {
        committed = true;
        report.answered(Errno.OK, 0);
        slot.release();
    }

    Errno ok() {
        return commit(Errno.OK, 0, 0);
    }

    /** Replies with an error. */
    public Errno fail(Errno errno) {
        return commit(errno, 0, 0);
    }

    /** Replies with the first {@code size} bytes of the reply's structs. */
    public Errno structs(int size) {
        return commit(Errno.OK, size, 0);
    }

    /** Replies with {@code size} bytes of structs and {@code data} bytes behind them. */
    Errno structs(int size, long data) {
        return commit(Errno.OK, size, data);
    }

    Errno data(long size) {
        return commit(Errno.OK, 0, size);
    }

    private Errno commit(Errno error, int structSize, long dataSize) {
        if (interruptActions != null) {
            dropInterruptActions();
        }
        if (observer.trace().isOn()) {
            observer.trace().reply(slot, error, structSize, dataSize);
        }
        if (report.isWanted()) {
            report.answered(error, error == Errno.OK ? transferred(dataSize) : 0);
        }
        committed = true;
        int code = slot.opcode();
        Errno result = slot.commit(error, structSize, dataSize);
        if (result != Errno.OK && result != Errno.ENOENT) {
            refused(code, result);
        }
        return result;
    }

    /** The bytes that a READ or WRITE has moved, while its reply can be read. */
    private long transferred(long dataSize) {
        return opcode == Opcode.READ ? dataSize
                : opcode == Opcode.WRITE ? WriteOut.SIZE_FIELD.getUnsigned(slot.reply(), 0) : 0;
    }

    /** Reports the end of the request to its listener, once, without locks. */
    void report() {
        report.end();
    }

    /** Reports that the session has ended before the reply was given. */
    void reportDropped() {
        report.answered(Errno.ENOTCONN, 0);
        report.end();
    }

    /** A method of the filesystem has thrown what has no errno, on {@code node}, 0 if that is not known. */
    void panicked(long node, Throwable failure) {
        observer.panicked(inFlight.session(), opcode, node, failure);
    }

    private static void refused(int opcode, Errno why) {
        if (why != Errno.ENODEV && why != Errno.EPERM && why != Errno.ENOTCONN) {
            LIMITED.warn("refused", "the kernel refused the reply to "
                    + Opcode.of(opcode).map(Opcode::name).orElse("an unknown request") + ": " + why.message());
        }
    }
}
