package org.hexfuse.server.tree;

import java.io.IOException;
import org.hexfuse.abi.Errno;
import org.hexfuse.server.LateReply;

/**
 * A late reply with something left to do between the author's result and the reply of the request.
 *
 * @param <A> the result that the author gives
 * @param <R> the result of the request
 */
class MappedReply<A, R> implements LateReply<A> {
    private final LateReply<R> origin;
    private final Step<A, R> step;
    private final Runnable undo;

    /** Replies to the request by the author's result, or defers that again. */
    @FunctionalInterface interface Step<A, R> {
        Errno apply(A result, LateReply<R> origin) throws IOException, InterruptedException;
    }

    MappedReply(LateReply<R> origin, Step<A, R> step) {
        this(origin, step, () -> {});
    }

    /** {@code undo} runs when the author or the step fails. */
    MappedReply(LateReply<R> origin, Step<A, R> step, Runnable undo) {
        this.origin = origin;
        this.step = step;
        this.undo = undo;
    }

    @Override public final Errno reply(A result) {
        try {
            return step.apply(result, origin);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail(e);
        } catch (IOException | RuntimeException | Error e) {
            return fail(e);
        }
    }

    @Override public Errno fail(Throwable failure) {
        undo.run();
        return origin.fail(failure);
    }

    @Override public final boolean interrupted() {
        return origin.interrupted();
    }

    @Override public final void onInterrupt(Runnable action) {
        origin.onInterrupt(action);
    }
}
