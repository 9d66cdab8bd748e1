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
    void stamp(RequestState progress) {
        progress.queuedAt = timed ? System.nanoTime() : 0;
    }

    void queued(Opcode opcode, long unique) {
        if (observed) {
            listener.queued(opcode, unique);
        }
    }

    void read(Opcode opcode, long unique, long queuedAt) {
        if (observed) {
            listener.read(opcode, unique, System.nanoTime() - queuedAt);
        }
    }

    void replied(RequestState progress, Errno error) {
        if (observed) {
            listener.replied(progress.request().opcode(), progress.unique, error,
                    System.nanoTime() - progress.queuedAt);
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
