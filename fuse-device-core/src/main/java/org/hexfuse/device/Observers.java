package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;

/** Reports to the connection's {@link DeviceListener}, and reads the clock for it, if there is one. */
final class Observers {
    private final DeviceListener listener;
    private final boolean observed;
    /** Whether times are wanted: for the listener, or since requests have a limit of time. */
    private volatile boolean timed;

    Observers(ConnectionOptions options) {
        listener = options.listener();
        observed = !DeviceListener.NONE.equals(listener);
        timed = observed || !options.requestTimeout().isZero();
    }

    void needTimes() {
        timed = true;
    }

    /** A request is asked for. */
    void stamp(RequestState state) {
        state.queuedAt = timed ? System.nanoTime() : 0;
    }

    /** Whether there is a listener. */
    boolean observes() {
        return observed;
    }

    /** Only where there is a listener. */
    void queued(RequestState request) {
        listener.queued(request.request().opcode(), request.unique);
    }

    void read(Opcode opcode, long unique, long queuedAt) {
        if (observed) {
            listener.read(opcode, unique, System.nanoTime() - queuedAt);
        }
    }

    void replied(RequestState state, Errno error) {
        if (observed) {
            listener.replied(state.request().opcode(), state.unique, error,
                    System.nanoTime() - state.queuedAt);
        }
    }

    void timedOut(Opcode opcode, long unique, long queuedAt) {
        if (observed) {
            listener.timedOut(opcode, unique, System.nanoTime() - queuedAt);
        }
    }

    void aborted(int requests) {
        if (observed) {
            listener.aborted(requests);
        }
    }
}
