package org.hexfuse.server;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.hexfuse.abi.Errno;

/**
 * A reply that is given after the handler has returned, from any thread, once: by {@link #reply} or by {@link #fail}. From
 * {@link Deferrable#later}.
 *
 * <p>Until then the operation, and the {@link DataReply}, {@link DirReply} or {@link DirPlusReply} that the handler was given, stay
 * valid, for one thread at a time; the caller waits, and the request counts in the session's memory ({@code max_inflight}). A reply
 * that is never given keeps that memory, and its caller, until the session ends; the watchdog warns of it.
 *
 * <p>When the session ends, outstanding late replies are interrupted and have five seconds to be given; later ones are refused with
 * ENOTCONN. A lookup or handle that such a reply would have granted is forgotten or released towards the filesystem.
 *
 * @param <R> the result of the operation; {@link Void} where it has none, or is written to a reply that the handler was given
 */
public interface LateReply<R> {
    /**
     * Gives the reply.
     *
     * @param result what the handler would have returned; null for {@link Void}
     * @return OK; ENOENT if the caller is gone; ENOTCONN if the session has ended
     * @throws IllegalStateException if the reply was given before
     */
    Errno reply(R result);

    /**
     * Replies with the errno of an exception, as if the handler had thrown it.
     *
     * @return as {@link #reply}
     * @throws IllegalStateException if the reply was given before
     */
    Errno fail(Throwable failure);

    /** Gives the reply when {@code result} is complete, on the thread that completes it. */
    default void replyWith(CompletionStage<? extends R> result) {
        result.whenComplete((value, failure) -> {
            if (failure == null) {
                reply(value);
            } else {
                fail(failure);
            }
        });
    }

    /** Whether the caller was interrupted, or the session has ended: reply soon, with EINTR if the operation had no effect. */
    boolean interrupted();

    /**
     * Runs {@code action} when the caller is interrupted or the session ends, at once if that has happened, and not after the reply
     * was given. It runs on a thread that reads requests and must not wait. The reply is still to be given.
     */
    void onInterrupt(Runnable action);

    /** A late reply whose results {@code change} makes results of this one, for a decorator. What it throws is replied to the caller. */
    default <A> LateReply<A> map(Function<? super A, ? extends R> change) {
        LateReply<R> origin = this;
        return new LateReply<A>() {
            @Override public Errno reply(A result) {
                R changed;
                try {
                    changed = change.apply(result);
                } catch (RuntimeException | Error e) {
                    return origin.fail(e);
                }
                return origin.reply(changed);
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
        };
    }
}
