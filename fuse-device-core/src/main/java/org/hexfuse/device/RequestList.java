package org.hexfuse.device;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/** A queue of requests that are linked to each other, so that one can leave from the middle. Guarded by the lock of who
 * has it. */
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

    void add(RequestState state) {
        state.previous = last;
        state.next = null;
        if (last == null) {
            first = state;
        } else {
            last.next = state;
        }
        last = state;
        size++;
    }

    void addFirst(RequestState state) {
        state.previous = null;
        state.next = first;
        if (first == null) {
            last = state;
        } else {
            first.previous = state;
        }
        first = state;
        size++;
    }

    void forFirst(Consumer<RequestState> consumer) {
        if (first != null) {
            consumer.accept(first);
        }
    }

    /** Takes the first one, which there is. */
    RequestState remove() {
        RequestState state = first;
        remove(state);
        return state;
    }

    /**
     * Takes the last one if {@code thread} has just added it and waits for it, else the first one, which there is: a caller that
     * drives the server itself keeps its request on its own processor.
     */
    RequestState removeOwn(Thread thread) {
        RequestState request = last.isAwaitedBy(thread) ? last : first;
        remove(request);
        return request;
    }

    /** Takes one that is in this queue. */
    void remove(RequestState state) {
        if (state.previous == null) {
            first = state.next;
        } else {
            state.previous.next = state.next;
        }
        if (state.next == null) {
            last = state.previous;
        } else {
            state.next.previous = state.previous;
        }
        state.previous = null;
        state.next = null;
        size--;
    }
}
