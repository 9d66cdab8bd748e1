package org.hexfuse.server.dispatch;

import java.util.function.BooleanSupplier;

/**
 * Holds back replies while the state of a session is handed over: a reply that the state does not know of must not reach the kernel. Once
 * the handover is decided they are sent, or dropped. Sessions that cannot be handed over have none.
 */
public final class ReplyGate {
    private static final long BRIEFLY_MILLIS = 1;

    private enum State {
        OPEN, CLOSED, DROPPING
    }

    private volatile State state = State.OPEN;

    /** Open. */
    public ReplyGate() {}

    boolean isOpen() { return state == State.OPEN; }

    /** Blocks while the gate is closed. Returns whether replies are sent, and not dropped. */
    synchronized boolean await() {
        boolean interrupted = false;
        while (state == State.CLOSED) {
            try {
                wait();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return state == State.OPEN;
    }

    /**
     * Closes the gate, and waits for replies that are being sent.
     *
     * @param replying whether there are any
     * @param deadline by {@link System#nanoTime}
     * @return whether there are none any more
     */
    synchronized boolean close(BooleanSupplier replying, long deadline) throws InterruptedException {
        state = State.CLOSED;
        while (replying.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            wait(BRIEFLY_MILLIS);
        }
        return true;
    }

    /** Sends what was held back, unless it is dropped. */
    public synchronized void open() {
        if (state == State.CLOSED) {
            state = State.OPEN;
            notifyAll();
        }
    }

    /** Drops what was held back, and all later replies. */
    public synchronized void drop() {
        state = State.DROPPING;
        notifyAll();
    }
}
