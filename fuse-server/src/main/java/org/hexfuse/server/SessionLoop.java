package org.hexfuse.server;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.transport.CallerDriven;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;

/**
 * One kernel served by one filesystem, from INIT to the end.
 *
 * <p>One {@linkplain Workers worker} reads until INIT is answered, then the others start. SETLKW runs in a {@linkplain WaitLane
 * lane} of its own, everything else on the worker that read it, or on the caller's thread where the transport is
 * {@link CallerDriven}.
 *
 * <p><b>The end</b> begins when a worker leaves, when the link is shut down, or when the {@link Watchdog} finds the kernel gone
 * while handlers hold all readers. Handlers then see that they are interrupted and have {@link #PATIENCE}; one that has not
 * returned by then is logged with its stack and abandoned. What the kernel had is released and forgotten towards the filesystem,
 * once, and the link is closed.
 */
final class SessionLoop {
    private static final Logger LOG = Loggers.of(SessionLoop.class);
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);
    /** How long handlers may take once the session has ended. */
    static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long BRIEFLY = TimeUnit.MILLISECONDS.toNanos(1);

    private final FuseFileSystem fileSystem;
    private final ServerLink link;
    private final String name;
    private final int threads;
    private final RequestMemory memory;
    private final SessionState state;
    private final Dispatcher dispatcher;
    private final InitHandler initialization;
    private final Workers workers;
    private final WaitLane waits;
    /** Whether INTERRUPT also interrupts the thread that runs the request. */
    private final boolean interruptsThreads;
    /** Requests that run on the threads of callers; a striped counter, since each caller writes it twice a request. */
    private final LongAdder driven = new LongAdder();
    private final AtomicBoolean othersStarted = new AtomicBoolean();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    SessionLoop(FuseFileSystem fileSystem, ServerLink link, String name, int threads, long maxInflight,
            Timeouts timeouts) {
        this.fileSystem = fileSystem;
        this.link = link;
        this.name = name;
        this.threads = threads;
        this.memory = new RequestMemory(maxInflight, RequestMemory.jvm());
        this.state = new SessionState(fileSystem, link, timeouts);
        this.dispatcher = new Dispatcher(fileSystem, state);
        this.initialization = new InitHandler(fileSystem, state, link);
        this.workers = new Workers(link, name, fileSystem.blocking(), memory, state::limits, this::handle,
                this::workerLeft);
        this.waits = new WaitLane(fileSystem.blocking(), name);
        this.interruptsThreads = fileSystem.interruptsThreads() && link.feature(CallerDriven.class).isEmpty();
    }

    void start() {
        Watchdog.watch(this);
        Optional<CallerDriven> caller = link.feature(CallerDriven.class);
        if (caller.isPresent()) {
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

    /** Runs a request, or passes it on to the lane of waits. Never throws. */
    private void handle(Slot slot) {
        Opcode opcode = Opcode.byCode(slot.opcode());
        if (opcode == Opcode.INIT && !state.isInitialized()) {
            initialize(slot);
        } else if (!state.isInitialized()) {
            Workers.answer(slot, Errno.EIO);
        } else if (opcode == Opcode.SETLKW) {
            runInWaitLane(slot);
        } else {
            run(slot, interruptsThreads);
        }
    }

    private void runInWaitLane(Slot slot) {
        long replyRoom = Dispatcher.replyRoom(slot, state.limits());
        long size = WaitLane.REQUEST_SIZE + Dispatcher.requestSize(slot) + replyRoom;
        if (ending.get() || !memory.tryReserve(size)) {
            Workers.answer(slot, Errno.ENOLCK);
            return;
        }
        Slot own = ReservedSlot.detach(slot, replyRoom, memory, size);
        if (own != null && !waits.run(() -> run(own, true))) {
            Workers.answer(own, Errno.ENOLCK);
        }
    }

    private void run(Slot slot, boolean interruptThread) {
        Exchange exchange = null;
        try {
            exchange = state.take();
            exchange.begin(slot, interruptThread);
            dispatcher.dispatch(exchange);
        } catch (Throwable e) {
            LOG.error("{}: a request failed", name, e);
            if (exchange == null || !exchange.isCommitted()) {
                Workers.answer(slot, e instanceof OutOfMemoryError ? Errno.ENOMEM : Errno.EIO);
            }
        } finally {
            if (exchange != null) {
                state.give(exchange);
            }
        }
    }

    private void initialize(Slot slot) {
        Exchange exchange = state.take();
        try {
            exchange.begin(slot, false);
            if (initialization.answer(exchange)) {
                ready.complete(null);
                startOthers();
            }
        } catch (Throwable e) {
            LIMITED.error("INIT", name + ": the session can't begin: " + e, e instanceof FuseException ? null : e);
            if (!exchange.isCommitted()) {
                exchange.fail(Failures.errno(e).orElse(Errno.EIO));
            }
            ready.completeExceptionally(e);
            beginEnd(true);
        } finally {
            state.give(exchange);
        }
    }

    private void startOthers() {
        if (workers.running() > 0 && othersStarted.compareAndSet(false, true)) {
            workers.startAll(threads);
        }
    }

    private void workerLeft(Throwable failure) {
        if (failure != null && !ending.get()) {
            LIMITED.error("session", name + ": the session ends: " + failure.getMessage(),
                    failure instanceof IOException ? null : failure);
        }
        beginEnd(false);
    }

    /** The watchdog's look at what runs: a reader that is held long is logged, and the end may begin without a reader. */
    void inspect() {
        int held = state.inspect(name);
        if (held > 0 && !ending.get() && !link.isConnected()) {
            LOG.warn("{}: the kernel has ended the connection while {} requests run", name, held);
            beginEnd(false);
        }
    }

    private void beginEnd(boolean connected) {
        if (ending.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon(true).name(name + "-end").start(() -> end(connected));
        }
    }

    /**
     * A link that is shut down by this end goes first: the kernel may still write back, and needs the handlers for it.
     */
    private void end(boolean connected) {
        try {
            if (connected) {
                link.shutdown();
                state.cancelAll();
            } else {
                state.cancelAll();
                link.shutdown();
            }
            workers.end();
            awaitHandlers();
            waits.close();
            if (state.isInitialized()) {
                state.giveAllBack();
                state.session().end();
                fileSystem.destroy(state.session());
            }
        } catch (RuntimeException | Error e) {
            LOG.error("{}: the filesystem failed at the session's end", name, e);
        } finally {
            Watchdog.forget(this);
            memory.close();
            try {
                link.close();
            } catch (RuntimeException e) {
                LOG.error("{}: the link could not be closed", name, e);
            }
            ready.completeExceptionally(new IOException("the kernel's end was closed before the session began"));
            over.complete(null);
        }
    }

    private void awaitHandlers() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (workers.running() + driven.sum() + waits.running() > 0) {
            if (System.nanoTime() - deadline > 0) {
                state.logRunning(name, PATIENCE);
                return;
            }
            LockSupport.parkNanos(BRIEFLY);
        }
    }

    /** Waits until INIT is answered. */
    void awaitReady(Duration timeout) throws IOException, InterruptedException {
        try {
            ready.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io
                    : new IOException(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException _) {
            throw new IOException("the kernel has not begun the session within " + timeout.toSeconds() + " s");
        }
    }

    Session session() {
        return state.session();
    }

    /** Completed when everything has been released and the link is closed. */
    CompletableFuture<Void> over() {
        return over;
    }

    /** Ends the session; {@link #over} is completed when it has ended. */
    void shutdown() {
        beginEnd(true);
    }
}
