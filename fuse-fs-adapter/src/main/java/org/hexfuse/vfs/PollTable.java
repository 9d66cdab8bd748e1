package org.hexfuse.vfs;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The open files of a mount that somebody has waited for to become ready, by the numbers under which the server knows them.
 * Any thread may use it.
 *
 * <p>Source: Linux {@code fs/fuse/file.c}, {@code fuse_register_polled_file} and {@code fuse_notify_poll_wakeup}.
 */
final class PollTable {
    private final Map<Long, Runnable> files = new ConcurrentHashMap<>();
    private final AtomicLong last = new AtomicLong();

    /** A number that no other open file has. */
    long newNumber() {
        return last.incrementAndGet();
    }

    /** Has {@code wake} run, by any thread, when the server says that the file may be ready, and when all is over. */
    void add(long number, Runnable wake) {
        files.put(number, wake);
    }

    void remove(long number) {
        files.remove(number);
    }

    /** The server says that a file may be ready. One that is not known is none that anybody waits for. */
    void wake(long number) {
        Runnable wake = files.get(number);
        if (wake != null) {
            wake.run();
        }
    }

    /** The connection is over. */
    void wakeAll() {
        files.values().forEach(Runnable::run);
    }

    /** How many files the server may name. */
    int size() {
        return files.size();
    }
}
