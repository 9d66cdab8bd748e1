package org.hexfuse.server;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.transport.Limits;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.spi.Loggers;
import org.hexfuse.transport.spi.ObjectPool;
import org.hexfuse.transport.spi.RateLimitedLog;
import org.slf4j.Logger;

/**
 * What a session knows of its kernel: what INIT settled, what the kernel has looked up and has open, and the requests that
 * are being worked on. Any thread may use it.
 */
final class SessionState {
    private static final Logger LOG = Loggers.of(SessionState.class);
    private static final Logger WIRE = Loggers.of("org.hexfuse.wire");

    private static final RateLimitedLog LIMITED = new RateLimitedLog(LOG);
    private static final int IDLE = 64;
    /** A request that the watchdog has seen more often has run for a second. */
    private static final int HELD = 2;

    private final FuseFileSystem fileSystem;
    private final LookupCounts lookups = new LookupCounts();
    private final OpenHandles handles = new OpenHandles();
    private final CopyOnWriteArrayList<Exchange> exchanges = new CopyOnWriteArrayList<>();
    private final ObjectPool<Exchange> idle = new ObjectPool<>(IDLE);
    private final Timeouts timeouts;
    private final Retrievals retrievals = new Retrievals();
    private final EarlyInterrupts earlyInterrupts = new EarlyInterrupts();
    private final Set<Opcode> warned = EnumSet.noneOf(Opcode.class);
    private final Session session;
    private volatile Limits limits = Limits.beforeInit();
    private volatile boolean initialized;
    private volatile boolean over;

    SessionState(FuseFileSystem fileSystem, ServerLink link, Timeouts timeouts) {
        this.timeouts = timeouts;
        this.fileSystem = fileSystem;
        this.session = new Session(new Notifier(link, this, retrievals), this::references);
    }

    /** What filesystems know the session by. */
    Session session() {
        return session;
    }

    Logger wire() {
        return WIRE;
    }

    int minor() {
        return limits.minor();
    }

    long flags() {
        return limits.flags();
    }

    Timeouts timeouts() {
        return timeouts;
    }

    /** What INIT settled. */
    Limits limits() {
        return limits;
    }

    Retrievals retrievals() {
        return retrievals;
    }

    /** Whether nothing can be told to the kernel any more, and everybody is to give up. */
    boolean isOver() {
        return over;
    }

    boolean isInitialized() { return initialized; }

    void initialized(Limits settled) {
        limits = settled;
        session.begin(settled.minor(), settled.flags());
        initialized = true;
    }

    /** An exchange for one request; it is given back by {@link #give}. */
    Exchange take() {
        Exchange exchange = idle.acquire();
        if (exchange == null) {
            exchange = new Exchange(this);
            exchanges.add(exchange);
        }
        return exchange;
    }

    void give(Exchange exchange) {
        exchange.end();
        if (!idle.release(exchange)) {
            exchanges.remove(exchange);
        }
    }

    /** Interrupts a request: now if it runs, else when it begins. */
    void interrupt(long unique) {
        if (!interruptRunning(unique)) {
            earlyInterrupts.add(unique);
            // It may have begun meanwhile, and found nothing.
            if (interruptRunning(unique)) {
                earlyInterrupts.remove(unique);
            }
        }
    }

    /** The request whose handler the calling thread is in; empty outside a handler. */
    Optional<Exchange> handledHere() {
        for (Exchange exchange : exchanges) {
            if (exchange.isHandledHere()) {
                return Optional.of(exchange);
            }
        }
        return Optional.empty();
    }

    private boolean interruptRunning(long unique) {
        for (Exchange exchange : exchanges) {
            if (exchange.interrupt(unique)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a request that begins was interrupted before. */
    boolean wasInterrupted(long unique) {
        return over || earlyInterrupts.remove(unique);
    }

    /**
     * The watchdog's look at the requests that run. Warns of a handler that has held a reader for a second, once an operation.
     *
     * @return how many requests have run for a second
     */
    int inspect(String name) {
        int held = 0;
        for (Exchange exchange : exchanges) {
            int times = exchange.inspect();
            if (times > HELD) {
                held++;
            }
            if (times == HELD + 1 && fileSystem.blocking() == Blocking.NEVER && !exchange.ownsThread()
                    && warned.add(exchange.opcode())) {
                LOG.warn(
                        "{}: {} of {} has held a reader for a second; a filesystem that waits must say so by blocking()",
                        name, exchange.opcode(), fileSystem.getClass().getName());
            }
        }
        return held;
    }

    /** Logs every request that still runs, with the stack of its thread. */
    void logRunning(String name, Duration waited) {
        for (Exchange exchange : exchanges) {
            exchange.describe().ifPresent(where -> LOG.warn("{}: abandoned {} s after the session's end: {}", name,
                    waited.toSeconds(), where));
        }
    }

    /** The session ends: everybody who waits in a filesystem is to give up, also who has not begun yet. */
    void cancelAll() {
        over = true;
        retrievals.end();
        exchanges.forEach(Exchange::cancel);
    }

    void lookedUp(long node) {
        if (node != 0) {
            lookups.add(node);
        }
    }

    /** The kernel did not hear of a lookup. */
    void undoLookup(long node) {
        if (node != 0) {
            forget(node, 1);
        }
    }

    void forget(long node, long count) {
        long taken = lookups.remove(node, count);
        if (taken > 0) {
            callForget(node, taken);
        }
    }

    private void callForget(long node, long count) {
        Exchange exchange = take();
        try {
            fileSystem.forget(exchange.operations.forget.set(node, count));
        } catch (IOException | InterruptedException | RuntimeException e) {
            LIMITED.warn("forget", "forget of node " + node + " failed", e);
        } finally {
            give(exchange);
        }
    }

    void opened(long node, long handle, boolean directory) {
        handles.add(node, handle, directory);
    }

    void released(long node, long handle, boolean directory) {
        handles.remove(node, handle, directory);
    }

    /** The kernel did not hear of an open file. */
    void undoOpen(long node, long handle, boolean directory) {
        handles.remove(node, handle, directory);
        callRelease(node, handle, directory);
    }

    private void callRelease(long node, long handle, boolean directory) {
        Exchange exchange = take();
        try {
            if (directory) {
                var op = new ReleaseDir().set(node, handle);
                op.bind(exchange);
                fileSystem.releasedir(op);
            } else {
                var op = new Release().set(node, handle);
                op.bind(exchange);
                fileSystem.release(op);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            LIMITED.warn("release", "release of node " + node + " failed", e);
        } finally {
            give(exchange);
        }
    }

    /** What the kernel holds now. Costs as much memory as there are nodes. */
    private KernelReferences references() {
        var counts = new HashMap<Long, Long>();
        lookups.forEach(counts::put);
        List<KernelReferences.OpenHandle> open = handles.all().entrySet().stream()
                .map(entry -> new KernelReferences.OpenHandle(entry.getKey().node(), entry.getKey().handle(),
                        entry.getKey().directory(), entry.getValue()))
                .toList();
        List<String> running = exchanges.stream().flatMap(exchange -> exchange.describe().stream()).toList();
        return new KernelReferences(counts, open, running);
    }

    /** The kernel is gone: releases and forgets what it had, once. */
    void giveAllBack() {
        handles.all().forEach((key, count) -> {
            for (int i = 0; i < count; i++) {
                callRelease(key.node(), key.handle(), key.directory());
            }
        });
        handles.all().clear();
        lookups.drain(this::callForget);
    }

    void refused(int opcode, Errno why) {
        if (why != Errno.ENODEV && why != Errno.EPERM && why != Errno.ENOTCONN) {
            LIMITED.warn("refused", "the kernel refused the reply to "
                    + Opcode.of(opcode).map(Opcode::name).orElse("an unknown request") + ": " + why.message());
        }
    }
}
