package org.hexfuse.vfs.notify;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The polled files of a mount by their poll handles, the {@code kh} of POLL and NOTIFY_POLL. Any thread may use it.
 *
 * <p>Source: Linux {@code fs/fuse/file.c}, {@code fuse_register_polled_file} and {@code fuse_notify_poll_wakeup}.
 */
public final class PollTable {
    private final Map<Long, Runnable> pollers = new ConcurrentHashMap<>();
    private final AtomicLong last = new AtomicLong();

    /** A new poll handle, not 0. */
    public long newHandle() {
        return last.incrementAndGet();
    }

    /** Registers a file: {@code wake} runs, on any thread, at each NOTIFY_POLL and when the connection ends. */
    public void add(long handle, Runnable wake) {
        pollers.put(handle, wake);
    }

    /** Removes a file. */
    public void remove(long handle) {
        pollers.remove(handle);
    }

    /** NOTIFY_POLL: wakes the pollers of a file. An unknown handle has none. */
    public void wake(long handle) {
        Runnable wake = pollers.get(handle);
        if (wake != null) {
            wake.run();
        }
    }

    /** The connection has ended: wakes all pollers. */
    public void wakeAll() {
        pollers.values().forEach(Runnable::run);
    }

    /** How many files are registered. */
    public int size() {
        return pollers.size();
    }
}
