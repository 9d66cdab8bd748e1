package org.hexfuse.testkit.junit;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.FutureTask;

/**
 * Mounts on a thread of a thread group of its own, which the platform threads of the server, and those that its filesystem starts on
 * them, inherit: so that those of other tests, which run at the same time, are not taken for theirs.
 */
final class MountThreads {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(2);
    /** The thread that inspects the sessions of all servers. */
    private static final String WATCHDOG = "hexfuse-watchdog";

    private final ThreadGroup group = new ThreadGroup("hexfuse-test");

    /** What mounts a filesystem. */
    @FunctionalInterface interface Mounting {
        void run() throws IOException, InterruptedException;
    }

    /** Runs {@code mounting} on a thread of the group, to its end. An interrupt of the caller is passed on. */
    void run(Mounting mounting) throws IOException, InterruptedException {
        var task = new FutureTask<Void>(() -> {
            mounting.run();
            return null;
        });
        Thread thread = new Thread(group, task, Thread.currentThread().getName());
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException _) {
            thread.interrupt();
            thread.join();
            Thread.currentThread().interrupt();
        }
        try {
            task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case InterruptedException interrupted -> throw interrupted;
                case RuntimeException unchecked -> throw unchecked;
                case Error error -> throw error;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /** Fails the test if a thread still runs, once it has had two seconds to end. */
    void assertEnded() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<Thread> left = left();
        while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
            Thread.sleep(PAUSE);
            left = left();
        }
        if (!left.isEmpty()) {
            var message = new StringBuilder("the filesystem is unmounted, and threads that it has started still run:");
            for (Thread thread : left) {
                message.append('\n').append(thread.getName());
                Arrays.stream(thread.getStackTrace()).forEach(frame -> message.append("\n    at ").append(frame));
            }
            throw new AssertionError(message);
        }
    }

    /** Those of pools that the JVM shares are not counted. */
    private List<Thread> left() {
        var threads = new Thread[group.activeCount() + 16];
        int count = group.enumerate(threads);
        return Arrays.stream(threads, 0, count)
                .filter(thread -> !(thread instanceof ForkJoinWorkerThread) && !thread.getName().equals(WATCHDOG))
                .toList();
    }
}
