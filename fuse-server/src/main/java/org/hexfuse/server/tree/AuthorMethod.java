package org.hexfuse.server.tree;

import java.io.IOException;
import java.util.function.UnaryOperator;
import org.hexfuse.server.Deferrable;
import org.hexfuse.server.LateReply;

/** A method of an author's that has no result. */
@FunctionalInterface interface AuthorMethod<O> {
    void call(O op) throws IOException, InterruptedException;

    /** What the framework does after it, and the result of that. */
    interface Rest<R> {
        R run() throws IOException, InterruptedException;
    }

    /** Calls an author's method, and then does the rest: at once, or when the author gives the late reply. */
    static <O extends Deferrable<O, Void>> void call(O op, AuthorMethod<O> method, Runnable rest)
            throws IOException, InterruptedException {
        call(op, method, () -> {
            rest.run();
            return null;
        }, null);
    }

    /** The same for a reply with a result; {@code placeholder} is returned when it was deferred. */
    static <O extends Deferrable<O, R>, R> R call(O op, AuthorMethod<O> method, Rest<R> rest, R placeholder)
            throws IOException, InterruptedException {
        return call(op, method, reply -> new MappedReply<>(reply, (_, origin) -> origin.reply(rest.run())), rest,
                placeholder);
    }

    /** The same where the rest may be late as well. */
    static <O extends Deferrable<O, R>, R> R call(O op, AuthorMethod<O> method, UnaryOperator<LateReply<R>> late,
            Rest<R> rest, R placeholder) throws IOException, InterruptedException {
        boolean[] deferred = new boolean[1];
        method.call(op.withLater(() -> {
            LateReply<R> reply = op.deferred();
            deferred[0] = true;
            return late.apply(reply);
        }));
        return deferred[0] ? placeholder : rest.run();
    }
}
