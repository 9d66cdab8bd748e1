package org.hexfuse.server.path;

import java.util.ArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hexfuse.server.LateReply;

/**
 * A late reply whose author gives something else than the tree expects.
 *
 * @param <A> what the author gives
 * @param <T> what the tree expects
 */
abstract class Late<A, T> implements Supplier<LateReply<A>> {
    /** What is returned of a deferred operation; null if the reply was not deferred. */
    T placeholder;

    /** Defers the reply by a method {@code later} of the node. */
    abstract T defer(Consumer<LateReply<T>> work);

    /** What the tree expects. */
    abstract T result(A given);

    final boolean used() {
        return placeholder != null;
    }

    @Override public final LateReply<A> get() {
        var replies = new ArrayList<LateReply<T>>(1);
        placeholder = defer(replies::add);
        return replies.getFirst().map(this::result);
    }
}
