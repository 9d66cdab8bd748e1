package org.hexfuse.libc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A thread for what changes the credentials of its thread. */
final class OwnThread {
    private OwnThread() {}

    static <T> T call(Callable<T> action) throws Exception {
        var task = new FutureTask<>(action);
        Thread.ofPlatform().start(task);
        return task.get(20, TimeUnit.SECONDS);
    }

    /** What the kernel has of the calling thread, such as its groups and capabilities. */
    static List<String> status() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/status"));
    }
}
