package org.hexfuse.server;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;

/**
 * A late reply that completes a future: for a unit test, or for a decorator that goes on when the wrapped filesystem has replied.
 * Any thread may use it.
 *
 * @param <R> the result of the operation
 */
public final class FutureReply<R> implements LateReply<R> {
    private final CompletableFuture<R> result = new CompletableFuture<>();
    private final List<Runnable> actions = new ArrayList<>();
    private boolean interrupted;
    /** Whether the handler has deferred its reply. Written and read by the handler's thread. */
    private boolean deferred;

    /** Without a reply. */
    public FutureReply() {}

    /** A method of a filesystem. */
    @FunctionalInterface public interface Handler<O, R> {
        /** Handles an operation, and returns its result or defers it. */
        R handle(O op) throws IOException, InterruptedException;
    }

    /** The result of a handler, or what it has thrown: at once, or when it gives the reply that it has deferred. */
    public static <O extends Deferrable<O, R>, R> FutureReply<R> of(O op, Handler<O, R> handler) {
        var reply = new FutureReply<R>();
        try {
            R value = handler.handle(op.withLater(() -> {
                reply.deferred = true;
                return reply;
            }));
            if (!reply.deferred) {
                reply.result.complete(value);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            reply.result.completeExceptionally(e);
        }
        return reply;
    }

    /** Completed by the reply. */
    public CompletableFuture<R> result() {
        return result;
    }

    /**
     * Waits for the reply.
     *
     * @throws IOException what the reply failed with; wrapped, if it is neither that nor a RuntimeException
     * @throws FuseException ETIMEDOUT if {@code patience} has passed
     * @throws InterruptedException if this thread was interrupted, or the reply failed with that
     */
    public R await(Duration patience) throws IOException, InterruptedException {
        try {
            return result.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            throw FuseException.of(Errno.ETIMEDOUT);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case IOException cause -> throw cause;
                case InterruptedException cause -> throw cause;
                case Throwable cause -> throw new IOException(cause);
            }
        }
    }

    @Override public Errno reply(R value) {
        return given(result.complete(value));
    }

    @Override public Errno fail(Throwable failure) {
        return given(result.completeExceptionally(failure));
    }

    private static Errno given(boolean first) {
        if (!first) {
            throw new IllegalStateException("the reply was given before");
        }
        return Errno.OK;
    }

    /** Interrupts the operation: what {@link #onInterrupt} was given runs on this thread. */
    public void interrupt() {
        List<Runnable> run;
        synchronized (actions) {
            interrupted = true;
            run = List.copyOf(actions);
            actions.clear();
        }
        run.forEach(Runnable::run);
    }

    @Override public boolean interrupted() {
        synchronized (actions) {
            return interrupted;
        }
    }

    @Override public void onInterrupt(Runnable action) {
        synchronized (actions) {
            if (!interrupted) {
                actions.add(action);
                return;
            }
        }
        action.run();
    }
}
