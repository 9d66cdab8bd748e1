package org.hexfuse.server.path;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.hexfuse.abi.Errno;
import org.hexfuse.server.Deferrable;
import org.hexfuse.server.LateReply;

/**
 * What follows an operation: once, when its method has returned or thrown, or, if that has deferred its reply, before the reply is
 * sent.
 */
@FunctionalInterface interface Outcome {
    /** Nothing is left to wait for. */
    CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    /** Returns what the reply waits for, which does not fail. */
    CompletableFuture<Void> follow(boolean succeeded);

    /** A method without a result. */
    @FunctionalInterface interface Method<O> {
        void call(O op) throws IOException, InterruptedException;
    }

    /** Calls a method, and has its outcome followed by something. */
    static <O extends Deferrable<O, Void>> void of(O op, Method<O> method, Outcome outcome)
            throws IOException, InterruptedException {
        var pending = new Pending(outcome);
        boolean returned = false;
        try {
            method.call(op.withLater(() -> pending.until(op.deferred())));
            returned = true;
        } finally {
            if (!returned || !pending.deferred) {
                pending.end(returned).join();
            }
        }
    }

    /** An outcome that is not known yet. */
    final class Pending {
        private final Outcome outcome;
        private final AtomicBoolean known = new AtomicBoolean();
        /** Written and read by the handler's thread. */
        private boolean deferred;

        private Pending(Outcome outcome) {
            this.outcome = outcome;
        }

        private CompletableFuture<Void> end(boolean succeeded) {
            return known.getAndSet(true) ? DONE : outcome.follow(succeeded);
        }

        private static Errno after(CompletableFuture<Void> followed, Supplier<Errno> reply) {
            if (followed.isDone()) {
                return reply.get();
            }
            var _ = followed.thenApply(_ -> reply.get());
            return Errno.OK;
        }

        private LateReply<Void> until(LateReply<Void> reply) {
            deferred = true;
            return new LateReply<>() {
                @Override public Errno reply(Void nothing) {
                    return after(end(true), () -> reply.reply(null));
                }

                @Override public Errno fail(Throwable failure) {
                    return after(end(false), () -> reply.fail(failure));
                }

                @Override public boolean interrupted() {
                    return reply.interrupted();
                }

                @Override public void onInterrupt(Runnable action) {
                    reply.onInterrupt(action);
                }
            };
        }
    }
}
