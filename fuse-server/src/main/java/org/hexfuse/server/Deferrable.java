package org.hexfuse.server;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An operation that has a reply, which may be given after its handler has returned: the handler's thread is free for other requests
 * meanwhile.
 *
 * {@snippet :
 * @Override public Entry lookup(Lookup op) {
 *     return op.later(reply -> pool.execute(() -> reply.reply(find(op.node(), op.name()))));
 * }
 *
 * @Override public void read(Read op, DataReply out) {
 *     op.later(reply -> reply.replyWith(client.get(op.node(), op.offset(), op.size()).thenAccept(out::write)));
 * }
 * }
 *
 * @param <O> the kind of the operation
 * @param <R> the result of the operation; {@link Void} if it has none
 */
public interface Deferrable<O, R> {
    /**
     * Defers the reply. To be called by the handler, before it returns and before it writes to the reply that it was given.
     *
     * <p>Other threads may use the operation, and the reply that the handler was given, from {@code work} on and not before: deferring
     * moves both to other memory.
     *
     * @param work is called at once with the reply that is to be given; it hands it to another thread or keeps it
     * @return a value for the handler to return, which is not used
     * @throws org.hexfuse.abi.FuseException ENOMEM if {@code max_inflight} has no room for one more: let the handler throw it, or
     *         reply without deferring
     * @throws IllegalStateException if the reply was deferred before, or something was written
     */
    R later(Consumer<? super LateReply<R>> work);

    /**
     * The same operation with another late reply: for a decorator that changes results,
     * {@code op.withLater(() -> op.deferred().map(this::changed))}, or for a unit test, with a {@link FutureReply}.
     *
     * @param later called when the reply is deferred
     */
    O withLater(Supplier<? extends LateReply<R>> later);

    /** Defers the reply as {@link #later(Consumer)} does, and returns it: for a decorator. */
    LateReply<R> deferred();
}
