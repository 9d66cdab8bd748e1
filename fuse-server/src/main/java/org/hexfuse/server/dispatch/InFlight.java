package org.hexfuse.server.dispatch;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.PollWakeup;
import org.hexfuse.server.Session;
import org.hexfuse.server.init.SessionInfo;
import org.hexfuse.server.notify.LinkNotifier;
import org.hexfuse.server.table.ReferenceTable;
import org.hexfuse.transport.Slot;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.ObjectPool;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;

/**
 * The requests of one session that are in flight, by unique id: what an INTERRUPT, the watchdog and the session's end look for.
 * Exchanges are kept for later requests. Any thread may use it.
 */
public final class InFlight {
    private static final Logger LOG = Loggers.of(InFlight.class);
    /** For what kernels can cause at will, by ending sessions. */
    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);
    private static final int IDLE = 64;
    /** A request that the watchdog has seen more often has run for a second. */
    private static final int HELD = 2;
    /** A deferred request that the watchdog has seen this often is a minute old. */
    static final int FORGOTTEN = 120;
    private static final int LOGGED = 10;

    private final FuseFileSystem fileSystem;
    private final Session session;
    private final SessionInfo info;
    private final SessionObserver observer;
    private final ReferenceTable references;
    private final LinkNotifier notifier;
    private final UnaryOperator<Slot> detacher;
    /** Whether handlers run on threads of the session, and not on those of callers. */
    private final boolean ownsThreads;
    /** Null in a session that cannot be handed over. */
    private final ReplyGate gate;
    /** Those that are not deferred, idle ones included. */
    private final Set<Exchange> exchanges = ConcurrentHashMap.newKeySet();
    /** Those whose reply is deferred, of which there may be many. */
    private final Set<Exchange> deferred = ConcurrentHashMap.newKeySet();
    private final ObjectPool<Exchange> idle = new ObjectPool<>(IDLE);
    private final EarlyInterrupts earlyInterrupts = new EarlyInterrupts();
    private final Set<Opcode> warnedDeferred = EnumSet.noneOf(Opcode.class);
    private final Set<Opcode> warned = EnumSet.noneOf(Opcode.class);

    /**
     * Without requests.
     *
     * @param detacher detaches a slot within the session's memory, or throws ENOMEM
     * @param ownsThreads whether handlers run on threads of the session, which may be interrupted
     * @param gate holds back replies while the session is handed over; null if it cannot be
     */
    public InFlight(FuseFileSystem fileSystem, Session session, SessionInfo info, SessionObserver observer,
            ReferenceTable references, LinkNotifier notifier, UnaryOperator<Slot> detacher, boolean ownsThreads,
            ReplyGate gate) {
        this.gate = gate;
        this.detacher = detacher;
        this.ownsThreads = ownsThreads;
        this.fileSystem = fileSystem;
        this.session = session;
        this.info = info;
        this.observer = observer;
        this.references = references;
        this.notifier = notifier;
    }

    Session session() {
        return session;
    }

    /** Null in a session that cannot be handed over. */
    ReplyGate gate() {
        return gate;
    }

    /**
     * Holds back all further replies.
     *
     * @param deadline by {@link System#nanoTime}
     * @return false if one is still being sent
     */
    public boolean holdReplies(long deadline) throws InterruptedException {
        return gate.close(() -> exchanges.stream().anyMatch(Exchange::isReplying)
                || deferred.stream().anyMatch(Exchange::isReplying), deadline);
    }

    /** Waits while the session is handed over; returns false once another process has it, and runs its requests. */
    public boolean mayBegin() {
        return gate == null || gate.isOpen() || gate.await();
    }

    /** How many deferred replies are outstanding that are not waits without bound. */
    public int deferredBriefly() {
        return (int) deferred.stream().filter(exchange -> exchange.operation() != Opcode.SETLKW).count();
    }

    boolean ownsThreads() {
        return ownsThreads;
    }

    ReferenceTable references() {
        return references;
    }

    PollWakeup pollWakeup(long kernelHandle) {
        return notifier.wakeup(kernelHandle);
    }

    /** An exchange for one request, until {@link #give}. */
    public Exchange take() {
        Exchange exchange = idle.acquire();
        if (exchange == null) {
            exchange = new Exchange(this, info, observer, references);
            exchanges.add(exchange);
        }
        return exchange;
    }

    /** The handler of a request has returned, and the request is replied to unless its reply is deferred. */
    public void give(Exchange exchange) {
        if (exchange.late() != null) {
            exchange.handlerReturned();
            return;
        }
        exchange.end();
        exchange.report();
        if (!idle.release(exchange)) {
            exchanges.remove(exchange);
        }
    }

    Slot detach(Slot slot) {
        return detacher.apply(slot);
    }

    /** The reply of a request is deferred. It is in either collection at any time, so that an INTERRUPT finds it. */
    void deferred(Exchange exchange) {
        deferred.add(exchange);
        exchanges.remove(exchange);
    }

    /** A deferred reply was given. */
    void finished(Exchange exchange) {
        exchange.finished();
        deferred.remove(exchange);
    }

    /** How many handlers run. */
    public int running() {
        int running = 0;
        for (Exchange exchange : exchanges) {
            running += exchange.isRunning() ? 1 : 0;
        }
        return running;
    }

    /** How many replies are deferred and outstanding. */
    public int outstanding() {
        return deferred.size();
    }

    /** The session has ended: deferred replies that are given from now on are refused. */
    public void dropDeferred() {
        for (Exchange exchange : deferred) {
            boolean outstanding = exchange.late().drop();
            finished(exchange);
            if (outstanding) {
                exchange.reportDropped();
            }
        }
    }

    /** Interrupts a request: now if it has begun, else when it begins. */
    public void interrupt(long unique) {
        if (!interruptRunning(unique)) {
            earlyInterrupts.add(unique);
            // It may have begun meanwhile, and found nothing.
            if (interruptRunning(unique)) {
                earlyInterrupts.remove(unique);
            }
        }
    }

    private boolean interruptRunning(long unique) {
        for (Exchange exchange : exchanges) {
            if (exchange.interrupt(unique)) {
                return true;
            }
        }
        for (Exchange exchange : deferred) {
            if (exchange.interrupt(unique)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a request that begins was interrupted before. */
    boolean wasInterrupted(long unique) {
        return info.isEnding() || earlyInterrupts.remove(unique);
    }

    /** The request whose handler the calling thread is in; empty outside a handler. */
    public Optional<Exchange> handledHere() {
        for (Exchange exchange : exchanges) {
            if (exchange.isHandledHere()) {
                return Optional.of(exchange);
            }
        }
        return Optional.empty();
    }

    /**
     * Looks at the requests that run, for the watchdog. Warns of a handler that has held a reader for a second, once an operation.
     *
     * @return the number of requests that have run for a second
     */
    public int inspect(String name) {
        int held = 0;
        for (Exchange exchange : exchanges) {
            int times = exchange.inspect();
            if (times > HELD) {
                held++;
            }
            if (times == HELD + 1 && fileSystem.blocking() == Blocking.NEVER && !exchange.ownsThread()
                    && warned.add(exchange.operation())) {
                LOG.warn(
                        "{}: {} of {} has held a reader for a second; a filesystem whose methods block must say so by "
                                + "blocking()",
                        name, exchange.operation(), fileSystem.getClass().getName());
            }
        }
        inspectDeferred(name);
        return held;
    }

    /** Warns of a reply that has been deferred for a minute, once an operation. Returns how many there are. */
    int inspectDeferred(String name) {
        int forgotten = 0;
        for (Exchange exchange : deferred) {
            if (exchange.inspect() >= FORGOTTEN) {
                forgotten++;
                if (warnedDeferred.add(exchange.operation())) {
                    LOG.warn(
                            "{}: {} has deferred its reply to {} for a minute; the request holds memory until it is given",
                            name, fileSystem.getClass().getName(), exchange.operation());
                }
            }
        }
        return forgotten;
    }

    /** The requests that run, each with the stack of its handler. */
    public List<String> describe() {
        return exchanges.stream().flatMap(exchange -> exchange.describe().stream()).toList();
    }

    /** Logs the requests that are still in flight, with the stack of their threads. */
    public void logRunning(String name, Duration waited) {
        exchanges.forEach(exchange -> logAbandoned(exchange, name, waited));
        deferred.stream().limit(LOGGED).forEach(exchange -> logAbandoned(exchange, name, waited));
        if (deferred.size() > LOGGED) {
            LIMITED.warn("abandoned deferred", name + ": and " + (deferred.size() - LOGGED) + " more deferred replies");
        }
    }

    private static void logAbandoned(Exchange exchange, String name, Duration waited) {
        exchange.describe().ifPresent(where -> LIMITED.warn("abandoned",
                name + ": abandoned " + waited.toSeconds() + " s after the session's end: " + where));
    }

    /** The session ends: interrupts all requests, those that have not begun included. */
    public void cancelAll() {
        info.end();
        notifier.end();
        exchanges.forEach(Exchange::cancel);
        deferred.forEach(Exchange::cancel);
    }
}
