package org.hexfuse.server.session;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Handover;
import org.hexfuse.server.KernelReferences;
import org.hexfuse.server.Session;
import org.hexfuse.server.dispatch.Dispatcher;
import org.hexfuse.server.dispatch.Exchange;
import org.hexfuse.server.dispatch.Failures;
import org.hexfuse.server.dispatch.InFlight;
import org.hexfuse.server.dispatch.ReplyGate;
import org.hexfuse.server.dispatch.SessionObserver;
import org.hexfuse.server.init.InitHandler;
import org.hexfuse.server.init.SessionInfo;
import org.hexfuse.server.notify.LinkNotifier;
import org.hexfuse.server.observe.ServerStatistics;
import org.hexfuse.server.table.ReferenceTable;
import org.hexfuse.transport.BackingRegistry;
import org.hexfuse.transport.CallerDriven;
import org.hexfuse.transport.Predecessor;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.Transferable;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;

/**
 * One kernel served by one filesystem, from INIT to DESTROY or disconnection.
 *
 * <p>One {@linkplain Workers worker} reads until INIT is answered, then the others start. SETLKW runs in a {@linkplain WaitLane
 * lane} of its own, everything else on the worker that read it, or on the caller's thread where the transport is
 * {@link CallerDriven}.
 *
 * <p><b>The end</b> begins when a worker leaves, when the link is shut down, or when the {@link Watchdog} finds the kernel gone while
 * handlers hold all readers. Handlers and deferred replies are then interrupted and have the drain timeout; those that are left are
 * logged, handlers with their stack, and abandoned. Open handles are released and lookups forgotten towards the filesystem, once, and
 * the link is closed.
 */
public final class SessionLoop {
    private static final Logger LOG = Loggers.of(SessionLoop.class);
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);
    /** How long handlers and deferred replies may take once the session ends, unless set. */
    static final Duration PATIENCE = Duration.ofSeconds(5);
    /** How long handlers that are left may take once another process has the session. */
    private static final Duration AFTER_HANDOVER = Duration.ofSeconds(1);
    private static final long BRIEFLY = TimeUnit.MILLISECONDS.toNanos(1);

    private enum Phase {
        SERVING,
        /** A successor may take the session, which therefore does not end by itself. */
        HANDING_OVER, ENDING
    }

    private final FuseFileSystem fileSystem;
    private final ServerLink link;
    private final String name;
    /** How long the end waits for handlers and deferred replies. */
    private final Duration drain;
    private final RequestMemory memory;
    private final SessionInfo info;
    private final SessionObserver observer;
    private final LinkNotifier notifier;
    private final KernelSession session;
    private final ReferenceTable references;
    private final InFlight inFlight;
    private final Dispatcher dispatcher;
    private final InitHandler initialization;
    private final Workers workers;
    private final WaitLane waits;
    /** Whether INTERRUPT also interrupts the thread that runs the request. */
    private final boolean interruptsThreads;
    /** Requests that run on the threads of callers; a striped counter, since each caller writes it twice a request. */
    private final LongAdder driven = new LongAdder();
    private final AtomicBoolean othersStarted = new AtomicBoolean();
    private final SessionState state;
    /** Empty for a link that cannot be handed over. */
    private final Optional<SessionPause> pause;
    /** Guards {@link #offer} and changes of {@link #phase}. */
    private final Object phases = new Object();
    private volatile Phase phase = Phase.SERVING;
    /** Whether the end was to begin while a successor was about to take over, and by whom. */
    private Optional<Boolean> endAfterwards = Optional.empty();
    private Optional<HandoverOffer> offer = Optional.empty();
    private volatile OptionalLong successor = OptionalLong.empty();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /** Without threads, until {@link #start}. */
    public SessionLoop(FuseFileSystem fileSystem, ServerLink link, String name, SessionSettings settings,
            SessionObserver observer) {
        Failures.load();
        this.fileSystem = fileSystem;
        this.link = link;
        this.name = name;
        this.drain = settings.drain();
        this.memory = new RequestMemory(settings.maxInflight(), RequestMemory.jvm());
        this.info = new SessionInfo(settings.timeouts());
        this.observer = observer;
        this.notifier = new LinkNotifier(link, info, observer.trace(), this::handledHere);
        boolean ownsThreads = link.feature(CallerDriven.class).isEmpty();
        this.session = new KernelSession(info, notifier, this::held, this::statistics, observer.trace(),
                link.feature(BackingRegistry.class), ownsThreads);
        this.references = new ReferenceTable(fileSystem, session);
        Optional<Transferable> transferable = link.feature(Transferable.class);
        var gate = new ReplyGate();
        this.inFlight = new InFlight(fileSystem, session, info, observer, references, notifier, this::detach,
                ownsThreads, transferable.isPresent() ? gate : null);
        this.dispatcher = new Dispatcher(fileSystem, info, references, inFlight, notifier);
        this.initialization = new InitHandler(fileSystem, session, info, link, memory::tryReserve);
        this.workers = new Workers(link, name, fileSystem.blocking(), settings.threads(), memory, info::limits,
                this::handle, this::workerLeft);
        this.state = new SessionState(fileSystem, session, info, initialization, references, link);
        this.pause = transferable
                .map(connection -> new SessionPause(connection, gate, inFlight, workers, info, drain, name));
        this.waits = new WaitLane(fileSystem.blocking(), name);
        this.interruptsThreads = fileSystem.interruptsThreads() && ownsThreads;
    }

    /** What the kernel holds now. */
    private KernelReferences held() {
        return references.held(inFlight.describe());
    }

    private ServerStatistics statistics() {
        return closed.isDone() ? ServerStatistics.NONE
                : new ServerStatistics(1, inFlight.running(), inFlight.outstanding(), waits.running(),
                        workers.queued(), workers.threads(), memory.reserved(), memory.limit());
    }

    /** The session as the filesystem sees it. */
    public Session session() {
        return session;
    }

    private Optional<Exchange> handledHere() {
        return inFlight.handledHere();
    }

    /** Starts the first worker. */
    public void start() {
        observer.sessionStarted(session);
        Watchdog.watch(this);
        Optional<CallerDriven> caller = link.feature(CallerDriven.class);
        Optional<Predecessor> predecessor = link.feature(Predecessor.class);
        if (predecessor.isPresent()) {
            Thread.ofPlatform().daemon(true).name(name + "-takeover").start(() -> takeOver(predecessor.get()));
        } else if (caller.isPresent()) {
            caller.get().drive(this::handleForCaller, () -> beginEnd(false));
        } else {
            workers.start();
        }
    }

    private void handleForCaller(Slot slot) {
        driven.increment();
        try {
            handle(slot);
        } finally {
            driven.decrement();
        }
    }

    /** Runs a request, or has the wait lane run it. Never throws. */
    private void handle(Slot slot) {
        Opcode opcode = Opcode.byCode(slot.opcode());
        if (opcode == Opcode.INIT && !info.isInitialized()) {
            initialize(slot);
        } else if (!info.isInitialized()) {
            Workers.answer(slot, Errno.EIO);
        } else if (opcode == Opcode.SETLKW) {
            runInWaitLane(slot);
        } else {
            run(slot, interruptsThreads);
        }
    }

    private void runInWaitLane(Slot slot) {
        long replyRoom = MessageSizes.replyRoom(slot, info.limits());
        long size = WaitLane.REQUEST_SIZE + MessageSizes.requestSize(slot) + replyRoom;
        if (isEnding() || !memory.tryReserve(size)) {
            Workers.answer(slot, Errno.ENOLCK);
            return;
        }
        Slot own = ReservedSlot.detach(slot, replyRoom, memory, size);
        if (own != null && !waits.run(() -> run(own, true))) {
            Workers.answer(own, Errno.ENOLCK);
        }
    }

    /** Detaches the slot of a request whose reply is deferred, within the session's memory. */
    private Slot detach(Slot slot) {
        long replyRoom = MessageSizes.replyRoom(slot, info.limits());
        long size = WaitLane.REQUEST_SIZE + MessageSizes.requestSize(slot) + replyRoom;
        return ReservedSlot.detachOrFail(slot, replyRoom, memory, size);
    }

    private void run(Slot slot, boolean interruptThread) {
        Exchange exchange = null;
        if (!inFlight.mayBegin()) {
            slot.release();
            return;
        }
        try {
            exchange = inFlight.take();
            exchange.begin(slot, interruptThread);
            dispatcher.dispatch(exchange);
        } catch (Throwable e) {
            // First the reply: a caller waits for it, and a log line may fail for the same reason.
            if (exchange == null || !exchange.isCommitted()) {
                Workers.answer(slot, e instanceof OutOfMemoryError ? Errno.ENOMEM : Errno.EIO);
            }
            LIMITED.error("request", name + ": a request failed", e);
        } finally {
            if (exchange != null) {
                inFlight.give(exchange);
            }
        }
    }

    private void initialize(Slot slot) {
        Exchange exchange = inFlight.take();
        try {
            exchange.begin(slot, false);
            exchange.structs(initialization.negotiate(slot));
            if (info.isInitialized()) {
                ready.complete(null);
                startOthers();
            }
        } catch (Throwable e) {
            boolean panic = Failures.errno(e).isEmpty();
            LIMITED.error("INIT", name + ": the session cannot begin: " + e,
                    panic || e instanceof FuseException ? null : e);
            if (panic) {
                observer.panicked(session, Opcode.INIT, 0, e);
            }
            if (!exchange.isCommitted()) {
                exchange.fail(Failures.errno(e).orElse(Errno.EIO));
            }
            ready.completeExceptionally(e);
            beginEnd(true);
        } finally {
            inFlight.give(exchange);
        }
    }

    private void startOthers() {
        if (workers.running() > 0 && othersStarted.compareAndSet(false, true)) {
            workers.startAll();
        }
    }

    private void workerLeft(Throwable failure) {
        if (failure != null && !isEnding()) {
            LIMITED.error("session", name + ": the session ends: " + failure.getMessage(),
                    failure instanceof IOException ? null : failure);
        }
        beginEnd(false);
    }

    /** Called by the watchdog: logs a reader that is held for long, and begins the end if the kernel is gone and no reader is left. */
    void inspect() {
        int held = inFlight.inspect(name);
        if (held > 0 && !isEnding() && !link.isConnected()) {
            LIMITED.warn("disconnected",
                    name + ": the kernel has ended the connection while " + held + " requests run");
            beginEnd(false);
        }
    }

    private boolean isEnding() { return phase == Phase.ENDING; }

    private void beginEnd(boolean connected) {
        synchronized (phases) {
            if (phase == Phase.HANDING_OVER) {
                endAfterwards = Optional.of(connected || endAfterwards.orElse(false));
            }
            if (phase != Phase.SERVING) {
                return;
            }
            phase = Phase.ENDING;
        }
        Thread.ofPlatform().daemon(true).name(name + "-end").start(() -> end(connected));
    }

    /**
     * If this end closes the session, the link is shut down before handlers are interrupted: the kernel may still write its page
     * cache back, and needs the handlers for it.
     */
    private void end(boolean connected) {
        try {
            withdrawOffer();
            if (connected) {
                link.shutdown();
                inFlight.cancelAll();
            } else {
                inFlight.cancelAll();
                link.shutdown();
            }
            workers.end();
            awaitHandlers(drain);
            inFlight.dropDeferred();
            waits.close();
            if (info.isInitialized()) {
                references.releaseAll();
                session.end();
                fileSystem.destroy(session);
            }
        } catch (RuntimeException | Error e) {
            observer.panicked(session, Opcode.DESTROY, 0, e);
        } finally {
            free();
        }
    }

    private void free() {
        Watchdog.forget(this);
        // Once more, if the link's shutdown has failed: nothing else wakes parked workers and their monitor.
        workers.end();
        memory.close();
        try {
            link.close();
        } catch (RuntimeException | Error e) {
            LOG.error("{}: the link could not be closed", name, e);
        }
        ready.completeExceptionally(new IOException("the kernel end was closed before the session began"));
        observer.sessionEnded(session);
        closed.complete(null);
    }

    private void awaitHandlers(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (workers.running() + driven.sum() + waits.running() + inFlight.outstanding() > 0) {
            if (System.nanoTime() - deadline > 0) {
                inFlight.logRunning(name, patience);
                return;
            }
            LockSupport.parkNanos(BRIEFLY);
        }
    }

    /**
     * Lets other processes take the session over at a socket, until it ends.
     *
     * @throws IOException if it cannot be handed over; the message is one line
     */
    public void offerHandover(Path socket) throws IOException {
        Handover handover = fileSystem.handover()
                .orElseThrow(() -> new IOException(fileSystem.getClass().getName() + " cannot be handed over"));
        SessionPause connection = pause
                .orElseThrow(() -> new IOException(name + " has no connection that can be handed over"));
        synchronized (phases) {
            if (phase != Phase.SERVING || !info.isInitialized()) {
                throw new IOException(name + " has no session");
            }
            if (offer.isPresent()) {
                throw new IOException(name + " is offered already");
            }
            var made = new HandoverOffer(this, handover, connection.listen(socket), name);
            offer = Optional.of(made);
            made.start();
        }
    }

    private void withdrawOffer() {
        Optional<HandoverOffer> open;
        synchronized (phases) {
            open = offer;
        }
        open.ifPresent(HandoverOffer::close);
    }

    /** The process that has taken the session over. */
    public OptionalLong successor() {
        return successor;
    }

    /**
     * Stops reading requests, waits for those that run, and writes the state for a successor.
     *
     * @throws IOException if it cannot be handed over
     */
    void pauseAndSave(DataOutput out, Handover handover) throws IOException, InterruptedException {
        pause().begin(this::isEnding);
        state.save(out, handover);
    }

    private SessionPause pause() {
        return pause.orElseThrow();
    }

    /** Goes on after a handover that has failed. */
    void resumeAfterHandover() {
        Optional<Boolean> end;
        synchronized (phases) {
            if (phase == Phase.HANDING_OVER) {
                phase = Phase.SERVING;
            }
            end = endAfterwards;
            endAfterwards = Optional.empty();
        }
        pause().end();
        end.ifPresent(this::beginEnd);
    }

    /** Keeps the session from ending until the successor has decided. Returns false if it ends already. */
    boolean claimEnd() {
        synchronized (phases) {
            if (phase != Phase.SERVING) {
                return false;
            }
            phase = Phase.HANDING_OVER;
            return true;
        }
    }

    /** A successor has the session: ends it without its release towards the kernel and the filesystem. */
    void endHandedOver(long process) {
        synchronized (phases) {
            phase = Phase.ENDING;
        }
        successor = OptionalLong.of(process);
        try {
            references.abandon();
            info.end();
            notifier.end();
            pause().release();
            workers.end();
            inFlight.dropDeferred();
            waits.close();
            awaitHandlers(AFTER_HANDOVER);
            session.end();
            fileSystem.destroy(session);
        } catch (RuntimeException | Error e) {
            observer.panicked(session, Opcode.DESTROY, 0, e);
        } finally {
            free();
        }
    }

    private void takeOver(Predecessor predecessor) {
        try {
            Handover handover = fileSystem.handover().orElseThrow(
                    () -> new IOException(fileSystem.getClass().getName() + " cannot take a mount over"));
            new HandoverReception(this, predecessor, name).run(handover);
        } catch (Throwable e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (!(e instanceof IOException)) {
                LOG.error("{}: taking over failed", name, e);
            }
            references.abandon();
            ready.completeExceptionally(e);
            beginEnd(true);
        }
    }

    /** Reads what a predecessor has saved. */
    void restore(DataInput in, Handover handover) throws IOException, InterruptedException {
        state.restore(in, handover);
    }

    /** Begins the session of a predecessor, with the requests that it has not answered. */
    void beginTakenOver() {
        if (InitFlag.HAS_RESEND.in(info.flags())) {
            Errno sent = notifier.resend();
            if (sent != Errno.OK) {
                LOG.warn("{}: the requests of the predecessor are not sent again: {}", name, sent.message());
            }
        }
        workers.start();
        startOthers();
        ready.complete(null);
    }

    /** Waits until INIT is answered. */
    public void awaitReady(Duration timeout) throws IOException, InterruptedException {
        try {
            ready.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io
                    : new IOException(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException _) {
            throw new IOException("the kernel has not begun the session within " + timeout.toSeconds() + " s");
        }
    }

    /** Completed when all references are released and the link is closed. */
    public CompletableFuture<Void> closed() {
        return closed;
    }

    /** Ends the session; {@link #closed} is completed when it has ended. */
    public void shutdown() {
        beginEnd(true);
    }
}
