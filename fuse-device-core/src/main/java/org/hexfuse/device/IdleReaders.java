package org.hexfuse.device;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The threads that come for requests. Some are alert: they have not settled down to wait yet, or were woken and are on their
 * way, and will look for themselves. The others wait, the one that came last first: it is the one whose memory is still in the
 * caches. Guarded by {@link InputQueue#lock}.
 */
final class IdleReaders {
    private final Deque<Reader> idle = new ArrayDeque<>();
    private int alert;

    /** One thread. {@link #woken} is written under the lock and read without. */
    static final class Reader {
        final Thread thread = Thread.currentThread();
        volatile boolean woken;
        private boolean alert;
    }

    /** A reader will look once more before it waits. */
    void staysAlert(Reader reader) {
        reader.alert = true;
        alert++;
    }

    /** A reader looks now, or never again. */
    void looks(Reader reader) {
        if (reader.alert) {
            reader.alert = false;
            alert--;
        }
    }

    /** A reader waits to be woken. */
    void settles(Reader reader) {
        looks(reader);
        reader.woken = false;
        idle.push(reader);
    }

    void remove(Reader reader) {
        looks(reader);
        idle.remove(reader);
    }

    /** Takes one that is to be unparked because there is more to take than readers are alert; else null. */
    Reader wakeFor(int messages) {
        return messages > alert ? wakeOne() : null;
    }

    /** Takes one that is to be unparked, or null. */
    Reader wakeOne() {
        Reader reader = idle.poll();
        if (reader != null) {
            reader.woken = true;
            staysAlert(reader);
        }
        return reader;
    }

    boolean isEmpty() { return idle.isEmpty(); }

    /** How many will look for themselves. */
    int alert() {
        return alert;
    }
}
