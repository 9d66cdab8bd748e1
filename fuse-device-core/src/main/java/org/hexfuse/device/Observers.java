package org.hexfuse.device;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;

/** Reports events to the connection's {@link DeviceListener} and reads the clock for it, if the connection has a listener. */
final class Observers {
    private final DeviceListener listener;
    private final boolean observed;
    /** Whether requests need timestamps: for the listener, or for a request timeout. */
    private volatile boolean timestamps;

    Observers(ConnectionOptions options) {
        listener = options.listener();
        observed = !DeviceListener.NONE.equals(listener);
        timestamps = observed || !options.requestTimeout().isZero();
    }

    void enableTimestamps() {
        timestamps = true;
    }

    /** Sets {@link RequestState#queuedAt} before the request is queued. */
    void stamp(RequestState request) {
        request.queuedAt = timestamps ? System.nanoTime() : 0;
    }

    /** Whether the connection has a listener. */
    boolean isObserved() { return observed; }

    /** Called only if {@link #isObserved}. */
    void queued(RequestState request) {
        listener.queued(request.opcode(), request.unique);
    }

    void read(Opcode opcode, long unique, long queuedAt) {
        if (observed) {
            listener.read(opcode, unique, System.nanoTime() - queuedAt);
        }
    }

    void replied(RequestState request, Errno error) {
        if (observed) {
            listener.replied(request.opcode(), request.unique, error, System.nanoTime() - request.queuedAt);
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
