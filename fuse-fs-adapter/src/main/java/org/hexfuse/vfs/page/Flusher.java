package org.hexfuse.vfs.page;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * Writes out the dirty pages of a mount in the background: those that are dirty for some seconds, and all when they are too much. Its
 * thread starts with the first dirty page and ends with the mount; nothing else ends it. A server that does not answer blocks the
 * flusher of its own mount only.
 *
 * <p>Source: Linux {@code fs/fs-writeback.c}.
 */
public final class Flusher implements AutoCloseable {
    private static final Logger LOG = Loggers.of(Flusher.class);
    /** Linux's {@code dirty_writeback_centisecs}. */
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final PageCache cache;
    private final long age;
    /** Null until it is started. Guarded by the monitor. */
    private Thread thread;
    private volatile boolean closed;

    /** Writes out pages that are dirty for {@code age}. */
    public Flusher(PageCache cache, Duration age) {
        this.cache = cache;
        this.age = age.toNanos();
        cache.onDirty(this::wake);
    }

    private void wake() {
        Thread started = thread();
        if (started != null && cache.isOverBackgroundLimit()) {
            LockSupport.unpark(started);
        }
    }

    private synchronized Thread thread() {
        if (thread == null && !closed) {
            thread = Thread.ofVirtual().name("hexfuse-flusher").start(this::run);
        }
        return thread;
    }

    private void run() {
        long pause = Math.min(INTERVAL.toNanos(), Math.max(age, 1_000_000));
        while (!closed) {
            LockSupport.parkNanos(this, pause);
            try {
                flush();
            } catch (InterruptedException _) {
                // Closed, or interrupted by mistake.
            } catch (Throwable e) {
                LOG.error("the flusher of a page cache failed and goes on", e);
            }
        }
    }

    private void flush() throws InterruptedException {
        boolean all = cache.isOverBackgroundLimit();
        for (FilePages file : cache.dirtyFiles()) {
            if (closed) {
                return;
            }
            if (all || file.dirty().age() >= age) {
                flush(file);
            }
        }
    }

    private static void flush(FilePages file) throws InterruptedException {
        for (PageWriter writer : file.dirty().writers()) {
            if (writer.acquire()) {
                try {
                    if (!writer.isCongested()) {
                        flush(file, writer);
                    }
                } finally {
                    // Outside of the gate: the last one to release a closed file writes out what is left.
                    writer.release();
                }
                return;
            }
        }
    }

    private static void flush(FilePages file, PageWriter writer) throws InterruptedException {
        if (file.gate().tryEnter()) {
            try {
                file.dirty().writeOut(writer, 0, Long.MAX_VALUE);
            } finally {
                file.gate().leave();
            }
        }
    }

    /** Ends its thread, without waiting for it. What is dirty stays so. */
    @Override public synchronized void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
