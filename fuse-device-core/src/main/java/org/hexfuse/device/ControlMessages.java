package org.hexfuse.device;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Makes the messages that have no caller, INTERRUPT and FORGET, and keeps their memory for later ones. */
final class ControlMessages {
    private static final int BATCH_FORGET_MINOR = 16;

    private final Queue<ControlMessage> free = new ConcurrentLinkedQueue<>();

    ControlMessage interrupt(RequestState request) {
        return message().interrupt(request);
    }

    /**
     * Removes one FORGET, or as many as fit into a message where the server knows BATCH_FORGET.
     *
     * @param negotiated what INIT negotiated, or null before its reply
     * @param capacity the longest message, in bytes
     */
    ControlMessage forget(long unique, ForgetList forgets, ConnectionInfo negotiated, long capacity) {
        boolean batch = negotiated != null && negotiated.minor() >= BATCH_FORGET_MINOR && forgets.size() > 1;
        return batch ? message().batchForget(unique, forgets, capacity) : message().forget(unique, forgets);
    }

    private ControlMessage message() {
        ControlMessage message = free.poll();
        return message == null ? new ControlMessage(free::add) : message;
    }
}
