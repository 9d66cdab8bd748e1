package org.hexfuse.device;

import org.hexfuse.device.RequestState.State;

/**
 * Lets requests through to the server as long as few enough are under way; the others wait in line, and each one that ends
 * lets exactly one through. Guarded by the connection's lock.
 *
 * <p>Linux holds back background requests alone, by what INIT settled; gVisor holds back all of them, by a number of its own.
 *
 * <p>Source: Linux {@code fs/fuse/dev.c}, {@code flush_bg_queue} and {@code fuse_request_end}; gVisor's
 * {@code numActiveRequests}.
 */
final class BackgroundQueue {
    private final RequestList line = new RequestList();
    private final boolean holdsAll;
    private int most;
    private int congestionThreshold = Integer.MAX_VALUE;
    private int active;
    /** Let through or not: Linux's {@code num_background}. */
    private int background;
    /** Whether {@link #next} has one. Read without the lock, as a hint. */
    private volatile boolean opens;

    BackgroundQueue(KernelProfile profile) {
        holdsAll = profile.maxActive() > 0;
        // Before INIT is answered there is nothing but INIT.
        most = holdsAll ? profile.maxActive() : 1;
    }

    /** What INIT settled. */
    void limits(ConnectionInfo settled) {
        maxBackground(settled.maxBackground());
        congestionThreshold = settled.congestionThreshold();
    }

    void maxBackground(int requests) {
        if (!holdsAll) {
            most = requests;
            look();
        }
    }

    void congestionThreshold(int requests) {
        congestionThreshold = requests;
    }

    /** Whether one more could be let in at once if {@code kept} were on their way here. */
    boolean hasRoom(int kept) {
        return line.isEmpty() && (holdsAll ? active : background) + kept < most;
    }

    boolean isCongested() { return background >= congestionThreshold; }

    /** Lets a new request through, or has it wait. */
    boolean enter(RequestState progress) {
        if (progress.background) {
            background++;
        }
        if (!holdsAll && !progress.background) {
            return true;
        }
        if (line.isEmpty() && active < most) {
            count(progress);
            return true;
        }
        progress.state = State.WAITING;
        line.add(progress);
        look();
        return false;
    }

    /** A request ended, which may have been let through or not. */
    void leave(RequestState progress) {
        if (progress.background) {
            background--;
        }
        if (progress.state == State.WAITING) {
            line.remove(progress);
        }
        if (progress.counted) {
            progress.counted = false;
            active--;
        }
        look();
    }

    /** Whether somebody may be let through. Needs no lock. */
    boolean opens() {
        return opens;
    }

    /** The next one in line, let through; null if there is none, or too many are under way. */
    RequestState next() {
        if (line.isEmpty() || active >= most) {
            look();
            return null;
        }
        RequestState progress = line.remove();
        count(progress);
        look();
        return progress;
    }

    RequestList line() {
        return line;
    }

    /** How many were let through and have not ended. */
    int active() {
        return active;
    }

    private void count(RequestState progress) {
        progress.counted = true;
        active++;
    }

    private void look() {
        boolean now = !line.isEmpty() && active < most;
        if (now != opens) {
            opens = now;
        }
    }
}
