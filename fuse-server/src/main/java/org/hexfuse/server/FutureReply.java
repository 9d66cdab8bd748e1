package org.hexfuse.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.hexfuse.abi.Errno;

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

    /** Without a reply. */
    public FutureReply() {}

    /** Completed by the reply. */
    public CompletableFuture<R> result() {
        return result;
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
