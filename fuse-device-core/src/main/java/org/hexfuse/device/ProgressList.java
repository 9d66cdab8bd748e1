package org.hexfuse.device;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/** A queue of requests that are linked to each other, so that one can leave from the middle. Guarded by the connection's lock. */
final class ProgressList {
    private static final VarHandle FIRST = handleOfFirst();

    private Progress first;
    private Progress last;
    private int size;

    private static VarHandle handleOfFirst() {
        try {
            return MethodHandles.lookup().findVarHandle(ProgressList.class, "first", Progress.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    boolean isEmpty() { return first == null; }

    /** Whether it was empty a moment ago. Needs no lock. */
    boolean looksEmpty() {
        return FIRST.getOpaque(this) == null;
    }

    int size() {
        return size;
    }

    void add(Progress progress) {
        progress.previous = last;
        progress.next = null;
        if (last == null) {
            first = progress;
        } else {
            last.next = progress;
        }
        last = progress;
        size++;
    }

    void addFirst(Progress progress) {
        progress.previous = null;
        progress.next = first;
        if (first == null) {
            last = progress;
        } else {
            first.previous = progress;
        }
        first = progress;
        size++;
    }

    void forEach(Consumer<Progress> consumer) {
        for (Progress progress = first; progress != null; progress = progress.next) {
            consumer.accept(progress);
        }
    }

    /** The first one, which there is. */
    Progress first() {
        return first;
    }

    /** Takes the first one, which there is. */
    Progress remove() {
        Progress progress = first;
        remove(progress);
        return progress;
    }

    /** Takes one that is in this queue. */
    void remove(Progress progress) {
        if (progress.previous == null) {
            first = progress.next;
        } else {
            progress.previous.next = progress.next;
        }
        if (progress.next == null) {
            last = progress.previous;
        } else {
            progress.next.previous = progress.previous;
        }
        progress.previous = null;
        progress.next = null;
        size--;
    }
}
