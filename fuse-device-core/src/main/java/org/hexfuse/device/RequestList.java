package org.hexfuse.device;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/** A doubly linked queue of requests, so that a request can be removed from the middle. Guarded by the lock of the part that
 * owns it. */
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

    /** Whether the list was empty a moment ago. Needs no lock. */
    boolean isEmptyHint() {
        return FIRST.getOpaque(this) == null;
    }

    int size() {
        return size;
    }

    void add(RequestState request) {
        request.previous = last;
        request.next = null;
        if (last == null) {
            first = request;
        } else {
            last.next = request;
        }
        last = request;
        size++;
    }

    void addFirst(RequestState request) {
        request.previous = null;
        request.next = first;
        if (first == null) {
            last = request;
        } else {
            first.previous = request;
        }
        first = request;
        size++;
    }

    /** Passes the first request, the oldest, to {@code consumer} unless the list is empty. */
    void forFirst(Consumer<RequestState> consumer) {
        if (first != null) {
            consumer.accept(first);
        }
    }

    /** Removes the first request. The list must not be empty. */
    RequestState removeFirst() {
        RequestState request = first;
        remove(request);
        return request;
    }

    /** Removes a request that is in this list. */
    void remove(RequestState request) {
        if (request.previous == null) {
            first = request.next;
        } else {
            request.previous.next = request.next;
        }
        if (request.next == null) {
            last = request.previous;
        } else {
            request.next.previous = request.previous;
        }
        request.previous = null;
        request.next = null;
        size--;
    }
}
