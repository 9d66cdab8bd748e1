package org.hexfuse.device;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What waits to be taken by the server: interrupts, forgets, requests. Guarded by
 * {@link InputQueue#lock}.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code fuse_dev_do_read}.
 */
final class RequestQueue {
    /** What the next read gets. */
    enum Next {
        NOTHING, INTERRUPT, FORGET, REQUEST
    }

    private static final int FORGETS_IN_TURN = 16;
    private static final int REQUESTS_IN_TURN = -8;

    private final Deque<RequestState> interrupts = new ArrayDeque<>();
    private final ForgetList forgets = new ForgetList();
    private final RequestList pending = new RequestList();
    private int forgetTurn;

    /**
     * Interrupts first. When there are requests and forgets, up to 16 forget messages take turns with 8 requests, so that
     * neither waits for the other for good.
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

    /** Whether {@link #next} has something, without a turn being counted. */
    boolean isEmpty() {
        return interrupts.isEmpty() && forgets.isEmpty() && pending.isEmpty();
    }

    /**
     * Whether it was empty a moment ago. Needs no lock: whoever has added something since wakes a reader or runs the waiters
     * afterwards.
     */
    boolean looksEmpty() {
        return pending.looksEmpty() && forgets.isEmpty() && interrupts.isEmpty();
    }

    /** How many messages there are, forgets counted as one. */
    int size() {
        return interrupts.size() + (forgets.isEmpty() ? 0 : 1) + pending.size();
    }

    private boolean takesForget() {
        if (forgetTurn <= REQUESTS_IN_TURN) {
            forgetTurn = FORGETS_IN_TURN;
        }
        return forgetTurn-- > 0;
    }

    RequestList pending() {
        return pending;
    }

    ForgetList forgets() {
        return forgets;
    }

    void interrupt(RequestState state) {
        if (!state.interruptQueued) {
            state.interruptQueued = true;
            interrupts.add(state);
        }
    }

    RequestState takeInterrupt() {
        RequestState state = interrupts.remove();
        state.interruptQueued = false;
        return state;
    }

    /** The request is answered: an interrupt that was not sent yet has no meaning any more. */
    void dropInterrupt(RequestState state) {
        if (state.interruptQueued) {
            state.interruptQueued = false;
            interrupts.remove(state);
        }
    }

    void clearInterrupts() {
        interrupts.forEach(state -> state.interruptQueued = false);
        interrupts.clear();
    }
}
