package org.hexfuse.server.path;

import java.util.ArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hexfuse.server.LateReply;

/**
 * A late reply whose author gives something else than the tree expects.
 *
 * @param <A> what the author gives
 * @param <T> what the tree expects
 */
final class Late<A, T> implements Supplier<LateReply<A>> {
    private final Function<Consumer<LateReply<T>>, T> later;
    private final Function<A, T> result;
    /** What is returned of a deferred operation; null if the reply was not deferred. */
    T placeholder;

    /** {@code later} is a method {@code later} of the node. */
    Late(Function<Consumer<LateReply<T>>, T> later, Function<A, T> result) {
        this.later = later;
        this.result = result;
    }

    boolean used() {
        return placeholder != null;
    }

    @Override public LateReply<A> get() {
        var replies = new ArrayList<LateReply<T>>(1);
        placeholder = later.apply(replies::add);
        return replies.getFirst().map(result);
    }
}
