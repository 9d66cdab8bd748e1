package org.hexfuse.device;

import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.device.RequestState.Phase;

/**
 * Back-pressure: admits requests to the input queue up to a maximum of active ones. The others are blocked here, first in, first
 * out, and each active request that ends admits exactly one. Guarded by {@link #lock}, as {@link BackgroundWait} is.
 *
 * <p>Linux limits background requests, to the max_background of INIT; gVisor limits all requests, to a number of its own.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code flush_bg_queue} and {@code fuse_request_end}; gVisor's
 * {@code numActiveRequests}.
 */
final class BackgroundQueue {
    final ReentrantLock lock = new ReentrantLock();
    private final RequestList blocked = new RequestList();
    private final boolean limitsAll;
    private int maxActive;
    private int congestionThreshold = Integer.MAX_VALUE;
    /** Admitted and not ended: Linux's {@code active_background}. */
    private int active;
    /** Background requests, admitted or blocked: Linux's {@code num_background}. */
    private int background;
    /** Whether {@link #admitNext} would admit a request. Read without the lock, as a hint. */
    private volatile boolean canAdmit;

    BackgroundQueue(KernelProfile profile) {
        limitsAll = profile.maxActive() > 0;
        // INIT is the only request until its reply has set max_background.
        maxActive = limitsAll ? profile.maxActive() : 1;
    }

    /** Whether this queue limits a request. Needs no lock. */
    boolean limits(RequestState request) {
        return limitsAll || request.background;
    }

    /** Sets the limits that INIT negotiated. */
    void limits(ConnectionInfo negotiated) {
        maxBackground(negotiated.maxBackground());
        congestionThreshold = negotiated.congestionThreshold();
    }

    void maxBackground(int requests) {
        if (!limitsAll) {
            maxActive = requests;
            updateHint();
        }
    }

    void congestionThreshold(int requests) {
        congestionThreshold = requests;
    }

    /** Whether one more request could be admitted at once beside {@code reserved} requests that are still to be added. */
    boolean hasRoom(int reserved) {
        return blocked.isEmpty() && (limitsAll ? active : background) + reserved < maxActive;
    }

    boolean isCongested() { return background >= congestionThreshold; }

    /** Whether {@link #add} would admit a request. */
    boolean admitsAtOnce() {
        return blocked.isEmpty() && active < maxActive;
    }

    /** Adds a new request. Returns whether it is admitted; else it is blocked. */
    boolean add(RequestState request) {
        if (request.background) {
            background++;
        }
        if (admitsAtOnce()) {
            activate(request);
            return true;
        }
        request.phase = Phase.BLOCKED;
        blocked.add(request);
        updateHint();
        return false;
    }

    /** A request ended, admitted or not, which is no longer in {@link #blocked}. */
    void end(RequestState request) {
        if (request.background) {
            background--;
        }
        if (request.active) {
            request.active = false;
            active--;
        }
        updateHint();
    }

    /** Whether a blocked request may be admitted. Needs no lock. */
    boolean canAdmit() {
        return canAdmit;
    }

    /** Admits the first blocked request; returns null if none is blocked or the maximum is active. */
    RequestState admitNext() {
        if (blocked.isEmpty() || active >= maxActive) {
            updateHint();
            return null;
        }
        RequestState request = blocked.removeFirst();
        activate(request);
        updateHint();
        return request;
    }

    /** The requests that are not admitted yet. */
    RequestList blocked() {
        return blocked;
    }

    /** The number of requests that were admitted and have not ended. */
    int active() {
        return active;
    }

    private void activate(RequestState request) {
        request.active = true;
        active++;
    }

    private void updateHint() {
        boolean now = !blocked.isEmpty() && active < maxActive;
        if (now != canAdmit) {
            canAdmit = now;
        }
    }
}
