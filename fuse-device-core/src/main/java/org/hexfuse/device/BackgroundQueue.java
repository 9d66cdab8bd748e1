package org.hexfuse.device;

import java.util.concurrent.locks.ReentrantLock;
import org.hexfuse.device.RequestState.Phase;

/**
 * Back-pressure: admits requests to the input queue while few enough of them are in flight; the others wait in line, and each
 * one that ends admits exactly one. Guarded by {@link #lock}, as {@link BackgroundWait} is.
 *
 * <p>Linux limits background requests, to what INIT settled; gVisor limits all of them, to a number of its own.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code flush_bg_queue} and {@code fuse_request_end}; gVisor's
 * {@code numActiveRequests}.
 */
final class BackgroundQueue {
    final ReentrantLock lock = new ReentrantLock();
    private final RequestList line = new RequestList();
    private final boolean limitsAll;
    private int most;
    private int congestionThreshold = Integer.MAX_VALUE;
    private int active;
    /** Admitted or not: Linux's {@code num_background}. */
    private int background;
    /** Whether {@link #next} has one. Read without the lock, as a hint. */
    private volatile boolean opens;

    BackgroundQueue(KernelProfile profile) {
        limitsAll = profile.maxActive() > 0;
        // Before INIT is answered there is nothing but INIT.
        most = limitsAll ? profile.maxActive() : 1;
    }

    /** Whether a request counts here at all. Needs no lock. */
    boolean limits(RequestState request) {
        return limitsAll || request.background;
    }

    /** What INIT settled. */
    void limits(ConnectionInfo settled) {
        maxBackground(settled.maxBackground());
        congestionThreshold = settled.congestionThreshold();
    }

    void maxBackground(int requests) {
        if (!limitsAll) {
            most = requests;
            look();
        }
    }

    void congestionThreshold(int requests) {
        congestionThreshold = requests;
    }

    /** Whether one more could be admitted at once if {@code kept} were about to come here. */
    boolean hasRoom(int kept) {
        return line.isEmpty() && (limitsAll ? active : background) + kept < most;
    }

    boolean isCongested() { return background >= congestionThreshold; }

    /** Admits a new request, or has it wait. */
    boolean enter(RequestState request) {
        if (request.background) {
            background++;
        }
        if (line.isEmpty() && active < most) {
            count(request);
            return true;
        }
        request.phase = Phase.WAITING;
        line.add(request);
        look();
        return false;
    }

    /** A request ended, which may have been admitted or not, and is no longer in line. */
    void leave(RequestState request) {
        if (request.background) {
            background--;
        }
        if (request.counted) {
            request.counted = false;
            active--;
        }
        look();
    }

    /** Whether somebody may be admitted. Needs no lock. */
    boolean opens() {
        return opens;
    }

    /** The next one in line, admitted; null if there is none, or too many are in flight. */
    RequestState next() {
        if (line.isEmpty() || active >= most) {
            look();
            return null;
        }
        RequestState request = line.remove();
        count(request);
        look();
        return request;
    }

    /** The requests that wait to be admitted. */
    RequestList line() {
        return line;
    }

    /** How many were admitted and have not ended. */
    int active() {
        return active;
    }

    private void count(RequestState request) {
        request.counted = true;
        active++;
    }

    private void look() {
        boolean now = !line.isEmpty() && active < most;
        if (now != opens) {
            opens = now;
        }
    }
}
