package org.hexfuse.device;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/** A queue of requests that are linked to each other, so that one can leave from the middle. Guarded by the connection's lock. */
final class RequestList {
    private static final VarHandle FIRST = handleOfFirst();

    private RequestState first;
    private RequestState last;
    private int size;

    private static VarHandle handleOfFirst() {
        try {
            return MethodHandles.lookup().findVarHandle(RequestList.class, "first", RequestState.class);
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

    void add(RequestState progress) {
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

    void addFirst(RequestState progress) {
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

    void forEach(Consumer<RequestState> consumer) {
        for (RequestState progress = first; progress != null; progress = progress.next) {
            consumer.accept(progress);
        }
    }

    /** The first one, which there is. */
    RequestState first() {
        return first;
    }

    /** Takes the first one, which there is. */
    RequestState remove() {
        RequestState progress = first;
        remove(progress);
        return progress;
    }

    /** Takes one that is in this queue. */
    void remove(RequestState progress) {
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
