package org.hexfuse.server.path;

import java.util.function.Function;
import org.hexfuse.abi.Errno;
import org.hexfuse.server.LateReply;

/** A late reply whose author gives another kind of result than the framework passes on. */
record ConvertedReply<A, R>(LateReply<R> origin, Function<A, R> conversion) implements LateReply<A> {
    @Override public Errno reply(A result) {
        R converted;
        try {
            converted = conversion.apply(result);
        } catch (RuntimeException e) {
            return origin.fail(e);
        }
        return origin.reply(converted);
    }

    @Override public Errno fail(Throwable failure) {
        return origin.fail(failure);
    }

    @Override public boolean interrupted() {
        return origin.interrupted();
    }

    @Override public void onInterrupt(Runnable action) {
        origin.onInterrupt(action);
    }
}
