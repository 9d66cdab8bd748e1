package org.hexfuse.examples.remote.cache;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of a store, each on a virtual thread of its own, so that a caller that is interrupted leaves and the call goes on for others.
 *
 * <p>A call has a time limit, its attempts included, after which its thread is interrupted and the result is
 * ETIMEDOUT. An {@link IOException} that is no answer of the store
 * is tried again after a pause, which doubles. At most a fixed number of calls are at the store at once.
 */
public final class Calls {
    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);
    private static final long SHORTEST_PAUSE = 20;
    private static final long LONGEST_PAUSE = 2000;
    private static final int DOUBLINGS = 7;

    private final Semaphore permits;
    private final int attempts;
    private final Duration timeout;

    /** A call of a store. */
    @FunctionalInterface public interface Call<T> {
        T run() throws IOException, InterruptedException;
    }

    /** A call that changes the store. */
    @FunctionalInterface public interface Change {
        void run() throws IOException, InterruptedException;
    }

    /**
     * Limits of calls.
     *
     * @param atOnce the most calls at the store at once
     * @param attempts the most attempts of one call, at least 1
     * @param timeout the most time of one call, with all attempts and with the wait until it may begin
     */
    public Calls(int atOnce, int attempts, Duration timeout) {
        this.permits = new Semaphore(atOnce);
        this.attempts = attempts;
        this.timeout = timeout;
    }

    /** Starts a call that may be repeated. Cancelling the result interrupts it. */
    public <T> CompletableFuture<T> start(Call<T> call) {
        return start(call, attempts, timeout);
    }

    /** Starts a call that is attempted once. */
    public <T> CompletableFuture<T> startOnce(Call<T> call) {
        return start(call, 1, timeout);
    }

    /**
     * Runs a change. A caller that is interrupted interrupts it.
     *
     * @param repeatable whether it may be tried again when its reply was lost
     * @param more what is added to the time limit, as for much data
     */
    public void change(Change change, boolean repeatable, Duration more) throws IOException, InterruptedException {
        CompletableFuture<Boolean> result = start(() -> {
            change.run();
            return true;
        }, repeatable ? attempts : 1, timeout.plus(more));
        try {
            await(result);
        } finally {
            result.cancel(true);
        }
    }

    /** The result of a call. An interrupt ends the wait, not the call. */
    public static <T> T await(CompletableFuture<T> result) throws IOException, InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case TimeoutException _ -> throw FuseException.of(Errno.ETIMEDOUT);
                default -> throw new IOException(e.getCause().getMessage(), e);
            }
        }
    }

    private <T> CompletableFuture<T> start(Call<T> call, int most, Duration limit) {
        var result = new CompletableFuture<T>();
        Thread thread = Thread.ofVirtual().name("remote-call").start(() -> {
            try {
                result.complete(attempt(call, most));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        var _ = result.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).whenComplete((_, failure) -> {
            if (failure != null) {
                thread.interrupt();
            }
        });
        return result;
    }

    private <T> T attempt(Call<T> call, int most) throws IOException, InterruptedException {
        for (int attempt = 1;; attempt++) {
            permits.acquire();
            try {
                return call.run();
            } catch (FileSystemException e) {
                throw e;
            } catch (IOException e) {
                LOG.debug("attempt {} of {} failed", attempt, most, e);
                if (attempt >= most) {
                    throw e;
                }
            } finally {
                permits.release();
            }
            long pause = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE << Math.min(attempt, DOUBLINGS));
            Thread.sleep(ThreadLocalRandom.current().nextLong(pause / 2, pause));
        }
    }
}
