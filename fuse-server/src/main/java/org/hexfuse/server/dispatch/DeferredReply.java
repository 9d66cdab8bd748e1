package org.hexfuse.server.dispatch;

import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.server.LateReply;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * The late reply of one request. It is given once; after {@link #drop} it is refused, and what it would have granted is taken back.
 * The lock is held while the reply is committed, so that the session's end does not close the link under it.
 */
final class DeferredReply implements LateReply<Object> {
    private static final Logger LOG = Loggers.of(DeferredReply.class);

    private final Exchange exchange;
    private final InFlight inFlight;
    /** The node of the request, whose memory is gone once it is answered. */
    private final long node;
    private boolean given;
    private boolean dropped;
    /** What the result has made fail. Written and read by the one thread that gives the reply. */
    private Throwable defect;

    DeferredReply(Exchange exchange, InFlight inFlight) {
        this.exchange = exchange;
        this.inFlight = inFlight;
        this.node = exchange.node();
    }

    @Override public Errno reply(Object result) {
        return give(result, () -> Replies.reply(exchange, result));
    }

    @Override public Errno fail(Throwable failure) {
        synchronized (this) {
            checkNotGiven();
        }
        Errno why = Replies.errno(exchange, node, failure);
        return give(null, () -> Replies.fail(exchange, why));
    }

    /** Gives the reply, and reports the request when the lock is released: a listener may take its time. */
    private Errno give(Object result, Supplier<Errno> reply) {
        boolean inTime = false;
        boolean passed = exchange.passesGate();
        try {
            synchronized (this) {
                checkNotGiven();
                given = true;
                inTime = !dropped && passed;
                if (inTime) {
                    return commit(reply);
                }
            }
        } finally {
            if (inTime) {
                report();
            }
        }
        Replies.undo(exchange, result);
        return Errno.ENOTCONN;
    }

    private Errno commit(Supplier<Errno> reply) {
        try {
            return reply.get();
        } catch (RuntimeException | Error e) {
            defect = e;
            if (exchange.isCommitted()) {
                return Errno.EIO;
            }
            return Replies.fail(exchange, Failures.errno(e).orElse(Errno.EIO));
        } finally {
            inFlight.finished(exchange);
        }
    }

    private void report() {
        if (defect != null) {
            Replies.errno(exchange, node, defect);
        }
        exchange.report();
    }

    /** The handler has thrown after it deferred the reply: replies with that, unless a reply was given. */
    void failHandler(Throwable failure) {
        synchronized (this) {
            if (given) {
                LOG.warn("a handler of {} failed after its reply was given", exchange.operation(), failure);
                return;
            }
        }
        fail(failure);
    }

    private void checkNotGiven() {
        if (given) {
            throw new IllegalStateException("the reply to " + exchange.operation() + " was given before");
        }
    }

    /** The session has ended. Waits for a commit that is in progress. Returns whether the reply was outstanding. */
    synchronized boolean drop() {
        dropped = true;
        return !given;
    }

    @Override public boolean interrupted() {
        return exchange.interrupted();
    }

    @Override public void onInterrupt(Runnable action) {
        synchronized (this) {
            if (given) {
                return;
            }
        }
        exchange.onInterrupt(action);
    }

    static void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            LOG.error("an action on an interrupt failed", e);
        }
    }
}
