package org.hexfuse.nio.channel;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The outstanding calls of an asynchronous channel, each on a virtual thread. Any thread may call any method. */
final class Operations {
    private static final Logger LOG = LoggerFactory.getLogger(Operations.class);

    private final AsynchronousFileChannel channel;
    /** Null to run completion handlers on the virtual threads. */
    private final Executor executor;

    /** What an operation does, on its virtual thread. */
    @FunctionalInterface interface Call<V> {
        V run() throws IOException;
    }

    Operations(AsynchronousFileChannel channel, Executor executor) {
        this.channel = channel;
        this.executor = executor;
    }

    /** The result of a call. A cancelled one has none, and its lock, if it is one, is released. */
    private final class Result<V> extends CompletableFuture<V> {
        @Override public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = !isDone() && super.cancel(mayInterruptIfRunning);
            if (cancelled && mayInterruptIfRunning) {
                try {
                    channel.close();
                } catch (IOException e) {
                    LOG.debug("the error of a close by Future.cancel", e);
                }
            }
            return cancelled;
        }

        void run(Call<V> call) {
            try {
                V value = call.run();
                if (!complete(value) && value instanceof FileLock lock && lock.isValid()) {
                    lock.release();
                }
            } catch (Throwable e) {
                completeExceptionally(e);
            }
        }
    }

    /** Starts a call for a future. */
    <V> Future<V> start(Call<V> call) {
        var result = new Result<V>();
        start(() -> result.run(call));
        return result;
    }

    /** Starts a call for a completion handler. */
    <V, A> void start(Call<V> call, A attachment, CompletionHandler<V, ? super A> handler) {
        start(() -> {
            Runnable completion;
            try {
                V value = call.run();
                completion = () -> handler.completed(value, attachment);
            } catch (Throwable e) {
                completion = () -> handler.failed(e, attachment);
            }
            complete(completion);
        });
    }

    private static void start(Runnable operation) {
        Thread.ofVirtual().name("hexfuse-channel").start(operation);
    }

    private void complete(Runnable completion) {
        if (executor != null) {
            try {
                executor.execute(completion);
                return;
            } catch (RejectedExecutionException e) {
                LOG.debug("a completion handler runs on a virtual thread, since its executor rejects it", e);
            }
        }
        completion.run();
    }
}
