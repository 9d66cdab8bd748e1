package org.hexfuse.server.dispatch;

import java.util.ArrayList;
import java.util.List;
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
    private final List<Runnable> interruptActions = new ArrayList<>(0);
    private boolean given;
    private boolean dropped;

    DeferredReply(Exchange exchange, InFlight inFlight) {
        this.exchange = exchange;
        this.inFlight = inFlight;
    }

    @Override public Errno reply(Object result) {
        synchronized (this) {
            claim();
            if (!dropped) {
                return commit(result);
            }
        }
        Replies.undo(exchange, result);
        return Errno.ENOTCONN;
    }

    private Errno commit(Object result) {
        try {
            return Replies.reply(exchange, result);
        } catch (RuntimeException | Error e) {
            return exchange.isCommitted() ? Errno.EIO : Replies.fail(exchange, e);
        } finally {
            inFlight.finished(exchange);
        }
    }

    @Override public Errno fail(Throwable failure) {
        synchronized (this) {
            claim();
            if (!dropped) {
                try {
                    return Replies.fail(exchange, failure);
                } finally {
                    inFlight.finished(exchange);
                }
            }
        }
        Replies.undo(exchange, null);
        return Errno.ENOTCONN;
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

    private void claim() {
        if (given) {
            throw new IllegalStateException("the reply to " + exchange.operation() + " was given before");
        }
        given = true;
        interruptActions.clear();
        exchange.dropInterruptActions();
    }

    /** The session has ended. Waits for a commit that is in progress. */
    synchronized void drop() {
        dropped = true;
    }

    @Override public boolean interrupted() {
        return exchange.interrupted();
    }

    @Override public void onInterrupt(Runnable action) {
        synchronized (this) {
            if (given) {
                return;
            }
            if (!exchange.interrupted()) {
                interruptActions.add(action);
                return;
            }
        }
        run(action);
    }

    /** The request was just marked as interrupted. */
    void runInterruptActions() {
        List<Runnable> actions;
        synchronized (this) {
            actions = List.copyOf(interruptActions);
            interruptActions.clear();
        }
        actions.forEach(DeferredReply::run);
    }

    static void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            LOG.error("an action on an interrupt failed", e);
        }
    }
}
