package org.hexfuse.server;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.transport.CallerDriven;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.SlotChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One kernel served by one filesystem, from INIT to the end: reads requests with a few workers and sees that each is answered
 * once.
 *
 * <p>One worker reads until INIT is answered, then the others start. The last one to leave ends the session: what the kernel
 * had is given back to the filesystem, then the link is closed.
 */
final class SessionLoop {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLoop.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final FuseFileSystem fileSystem;
    private final ServerLink link;
    private final String name;
    private final int workers;
    private final SessionState state;
    private final Dispatcher dispatcher;
    private final Initialization initialization;
    private final HandOff handOff;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicBoolean othersStarted = new AtomicBoolean();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    SessionLoop(FuseFileSystem fileSystem, ServerLink link, String name, int workers) {
        this.fileSystem = fileSystem;
        this.link = link;
        this.name = name;
        this.workers = workers;
        this.state = new SessionState(fileSystem, link);
        this.dispatcher = new Dispatcher(fileSystem, state);
        this.initialization = new Initialization(fileSystem, state, link);
        this.handOff = new HandOff(fileSystem.blocking(), name);
    }

    void start() {
        Optional<CallerDriven> driven = link.feature(CallerDriven.class);
        if (driven.isPresent()) {
            driven.get().drive(this::handleForCaller, () -> Thread.ofVirtual().name(name + "-end").start(this::end));
        } else {
            startWorker();
        }
    }

    private void startWorker() {
        int number = running.incrementAndGet();
        Thread.Builder thread = link.blocksInSystemCalls() ? Thread.ofPlatform().daemon(true) : Thread.ofVirtual();
        thread.name(name + "-" + number).start(this::work);
    }

    private void work() {
        try (SlotChannel channel = link.openChannel()) {
            Slot slot = channel.next();
            while (slot != null) {
                handle(slot);
                // A filesystem may have left its thread interrupted; that is over with its request.
                Thread.interrupted();
                slot = channel.next();
            }
        } catch (IOException e) {
            LOG.error("{}: {}", name, e.getMessage());
            if (running.get() == 1) {
                link.shutdown();
            }
        } catch (InterruptedException _) {
            link.shutdown();
        } finally {
            if (running.decrementAndGet() == 0) {
                end();
            }
        }
    }

    /** On a caller's thread, which no worker's end waits for. */
    private void handleForCaller(Slot slot) {
        handOff.enter();
        try {
            handle(slot);
        } finally {
            handOff.leave();
        }
    }

    private void handle(Slot slot) {
        Opcode opcode = Opcode.byCode(slot.opcode());
        if (opcode == Opcode.INIT && !state.isInitialized()) {
            initialize(slot);
        } else if (!state.isInitialized()) {
            slot.commit(Errno.EIO, 0, 0);
        } else if (handOff.takes(opcode)) {
            handOff(opcode, slot.detach(Dispatcher.replyRoom(slot)));
        } else {
            answer(slot, false);
        }
    }

    private void handOff(Opcode opcode, Slot own) {
        handOff.enter();
        try {
            handOff.run(() -> answer(own, true));
        } catch (RejectedExecutionException _) {
            // A caller that drives the session itself may come after its end.
            handOff.leave();
            if (opcode.expectsReply()) {
                own.commit(Errno.EIO, 0, 0);
            } else {
                own.release();
            }
        }
    }

    private void answer(Slot slot, boolean ownThread) {
        Exchange exchange = state.take();
        try {
            exchange.begin(slot);
            if (ownThread) {
                exchange.interruptible(Thread.currentThread());
            }
            dispatcher.dispatch(exchange);
        } finally {
            state.give(exchange);
            if (ownThread) {
                // Clears what an interrupt may have left for the thread's next request.
                Thread.interrupted();
                handOff.leave();
            }
        }
    }

    private void initialize(Slot slot) {
        Exchange exchange = state.take();
        try {
            exchange.begin(slot);
            if (initialization.answer(exchange)) {
                ready.complete(null);
                startOthers();
            }
        } catch (Throwable e) {
            LOG.error("{}: the session can't begin", name, e);
            if (!exchange.isCommitted()) {
                exchange.fail(Failures.errno(e).orElse(Errno.EIO));
            }
            ready.completeExceptionally(e);
            link.shutdown();
        } finally {
            state.give(exchange);
        }
    }

    private void startOthers() {
        if (running.get() > 0 && othersStarted.compareAndSet(false, true)) {
            for (int i = 1; i < workers; i++) {
                startWorker();
            }
        }
    }

    private void end() {
        try {
            state.cancelAll();
            if (!handOff.awaitQuiet(PATIENCE)) {
                LOG.warn("{}: requests are still being worked on {} after the session's end", name, PATIENCE);
            }
            handOff.close();
            if (state.isInitialized()) {
                state.giveAllBack();
                state.session().end();
                fileSystem.destroy(state.session());
            }
        } catch (RuntimeException e) {
            LOG.error("{}: the filesystem failed at the session's end", name, e);
        } finally {
            link.close();
            ready.completeExceptionally(new IOException("the kernel's end went away before the session began"));
            over.complete(null);
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

    /** Completed when everything has been given back and the link is closed. */
    CompletableFuture<Void> over() {
        return over;
    }

    /** Ends the session; {@link #over} tells when it has ended. */
    void shutdown() {
        link.shutdown();
    }
}
