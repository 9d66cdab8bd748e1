package org.hexfuse.server.session;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.server.Blocking;

/**
 * The threads of requests that wait without bound, such as SETLKW: one a request, so that such a wait takes no reader and no thread
 * that I/O needs. Virtual threads, or platform threads for a filesystem that waits in native code. The number of
 * requests is bounded by the session's memory and, for platform threads, by {@value #NATIVE_THREADS}.
 */
final class WaitLane {
    /** What a waiting request costs beside its slot, in bytes: its thread, its exchange, its lock. An estimate. */
    static final int REQUEST_SIZE = 4096;
    private static final int NATIVE_THREADS = 1024;

    private final ExecutorService executor;
    private final AtomicInteger running = new AtomicInteger();

    WaitLane(Blocking blocking, String name) {
        this.executor = blocking == Blocking.IN_NATIVE_CODE
                ? new ThreadPoolExecutor(0, NATIVE_THREADS, 1, TimeUnit.SECONDS, new SynchronousQueue<>(),
                        Thread.ofPlatform().daemon(true).name(name + "-wait-", 1).factory())
                : Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name + "-wait-", 1).factory());
    }

    /** Runs {@code task} on a thread of its own. Returns false if there is none. */
    boolean run(Runnable task) {
        running.incrementAndGet();
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    running.decrementAndGet();
                }
            });
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError _) {
            running.decrementAndGet();
            return false;
        }
    }

    /** How many requests run. */
    int running() {
        return running.get();
    }

    /** Takes no more requests. Those that still run are abandoned; the threads are daemons. */
    void close() {
        executor.shutdownNow();
    }
}
