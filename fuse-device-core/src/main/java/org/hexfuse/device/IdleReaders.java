package org.hexfuse.device;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The reader threads of the input queue. A polling reader is about to poll the queue again: it has not parked yet, or it was
 * woken and has not run yet. An idle reader is parked. The reader that parked last is woken first: its memory is still in the
 * caches. Guarded by {@link InputQueue#lock}.
 */
final class IdleReaders {
    private final Deque<Reader> idle = new ArrayDeque<>();
    private int polling;

    /** One thread. {@link #woken} is written under the lock and read without. */
    static final class Reader {
        final Thread thread = Thread.currentThread();
        volatile boolean woken;
        private boolean polling;
    }

    /** The reader will poll the queue once more before it parks. */
    void startPolling(Reader reader) {
        reader.polling = true;
        polling++;
    }

    /** The reader polls the queue now, or returns without polling it. Does nothing for a reader that is not polling. */
    void stopPolling(Reader reader) {
        if (reader.polling) {
            reader.polling = false;
            polling--;
        }
    }

    /** The reader will park until it is woken. */
    void addIdle(Reader reader) {
        stopPolling(reader);
        reader.woken = false;
        idle.push(reader);
    }

    void remove(Reader reader) {
        stopPolling(reader);
        idle.remove(reader);
    }

    /** Removes the reader to unpark if there are more messages than polling readers; else returns null. */
    Reader wakeFor(int messages) {
        return messages > polling ? wakeOne() : null;
    }

    /** Removes the reader to unpark, which is polling from now on; null if none is idle. */
    Reader wakeOne() {
        Reader reader = idle.poll();
        if (reader != null) {
            reader.woken = true;
            startPolling(reader);
        }
        return reader;
    }

    boolean isEmpty() { return idle.isEmpty(); }

    /** The number of polling readers. */
    int polling() {
        return polling;
    }
}
