package org.hexfuse.device;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The threads that wait for a request, the one that came last first: it is the one whose memory is still in the caches.
 * Guarded by the connection's lock.
 */
final class IdleReaders {
    private final Deque<Reader> idle = new ArrayDeque<>();

    /** One waiting thread. {@link #woken} is written under the lock and read without. */
    static final class Reader {
        final Thread thread = Thread.currentThread();
        volatile boolean woken;
    }

    void add(Reader reader) {
        reader.woken = false;
        idle.push(reader);
    }

    void remove(Reader reader) {
        idle.remove(reader);
    }

    /** Takes one that is to be unparked, or null. */
    Reader wakeOne() {
        Reader reader = idle.poll();
        if (reader != null) {
            reader.woken = true;
        }
        return reader;
    }

    boolean isEmpty() { return idle.isEmpty(); }
}
