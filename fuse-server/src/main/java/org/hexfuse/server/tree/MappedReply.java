package org.hexfuse.server.tree;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.server.LateReply;

/**
 * A late reply with something left to do, once, between the author's result and the reply of the request.
 *
 * @param <A> the result that the author gives
 * @param <R> the result of the request
 */
final class MappedReply<A, R> implements LateReply<A> {
    private final LateReply<R> origin;
    private final Step<A, R> step;
    private final Consumer<Throwable> undo;
    private final AtomicBoolean given = new AtomicBoolean();

    /** Replies to the request by the author's result, or defers that again. */
    @FunctionalInterface interface Step<A, R> {
        Errno apply(A result, LateReply<R> origin) throws IOException, InterruptedException;
    }

    MappedReply(LateReply<R> origin, Step<A, R> step) {
        this(origin, step, _ -> {});
    }

    /** {@code undo} runs when the author or the step fails. */
    MappedReply(LateReply<R> origin, Step<A, R> step, Consumer<Throwable> undo) {
        this.origin = origin;
        this.step = step;
        this.undo = undo;
    }

    @Override public Errno reply(A result) {
        checkFirst();
        try {
            return step.apply(result, origin);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(e);
        } catch (IOException | RuntimeException | Error e) {
            return failed(e);
        }
    }

    @Override public Errno fail(Throwable failure) {
        checkFirst();
        return failed(failure);
    }

    private void checkFirst() {
        if (given.getAndSet(true)) {
            throw new IllegalStateException("the reply was given before");
        }
    }

    private Errno failed(Throwable failure) {
        undo.accept(failure);
        return origin.fail(failure);
    }

    @Override public boolean interrupted() {
        return origin.interrupted();
    }

    @Override public void onInterrupt(Runnable action) {
        origin.onInterrupt(action);
    }
}
