package org.hexfuse.device;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The messages that the server has not read yet: INTERRUPTs, FORGETs and pending requests. Guarded by {@link InputQueue#lock}.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_dev_do_read}.
 */
final class RequestQueue {
    /** The kind of message that the next read returns. */
    enum Next {
        NOTHING, INTERRUPT, FORGET, REQUEST
    }

    private static final int FORGET_BATCH = 16;
    private static final int REQUEST_BATCH = -8;

    private final Deque<RequestState> interrupts = new ArrayDeque<>();
    private final ForgetList forgets = new ForgetList();
    private final RequestList pending = new RequestList();
    /** Linux's {@code forget_batch}. */
    private int forgetBatch;

    /**
     * INTERRUPTs come first. While both requests and FORGETs are queued, up to 16 FORGET messages alternate with 8 requests, so
     * that neither kind starves the other.
     */
    Next next() {
        if (!interrupts.isEmpty()) {
            return Next.INTERRUPT;
        }
        if (!forgets.isEmpty() && (pending.isEmpty() || takesForget())) {
            return Next.FORGET;
        }
        return pending.isEmpty() ? Next.NOTHING : Next.REQUEST;
    }

    /** Whether {@link #next} would return {@link Next#NOTHING}; does not advance the alternation. */
    boolean isEmpty() {
        return interrupts.isEmpty() && forgets.isEmpty() && pending.isEmpty();
    }

    /**
     * Whether the queue was empty a moment ago. Needs no lock: a thread that adds a message wakes a reader or runs the waiters
     * afterwards.
     */
    boolean isEmptyHint() { return pending.isEmptyHint() && forgets.isEmpty() && interrupts.isEmpty(); }

    /** The number of messages, with all FORGETs counted as one. */
    int size() {
        return interrupts.size() + (forgets.isEmpty() ? 0 : 1) + pending.size();
    }

    private boolean takesForget() {
        if (forgetBatch <= REQUEST_BATCH) {
            forgetBatch = FORGET_BATCH;
        }
        return forgetBatch-- > 0;
    }

    RequestList pending() {
        return pending;
    }

    ForgetList forgets() {
        return forgets;
    }

    void interrupt(RequestState request) {
        if (!request.interruptQueued) {
            request.interruptQueued = true;
            interrupts.add(request);
        }
    }

    RequestState takeInterrupt() {
        RequestState request = interrupts.remove();
        request.interruptQueued = false;
        return request;
    }

    /** Removes the INTERRUPT of a request that no longer is in processing, if it is queued. */
    void dropInterrupt(RequestState request) {
        if (request.interruptQueued) {
            request.interruptQueued = false;
            interrupts.remove(request);
        }
    }

    void clearInterrupts() {
        interrupts.forEach(request -> request.interruptQueued = false);
        interrupts.clear();
    }
}
