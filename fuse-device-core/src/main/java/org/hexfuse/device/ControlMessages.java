package org.hexfuse.device;

import org.hexfuse.transport.spi.ObjectPool;

/** Makes the messages that have no caller, INTERRUPT and FORGET, and keeps their memory for later ones. */
final class ControlMessages {
    private static final int BATCH_FORGET_MINOR = 16;

    private static final int KEPT = 16;

    private final ObjectPool<ControlMessage> free = new ObjectPool<>(KEPT);

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

    /** A FORGET that is not queued and has no unique yet. */
    ControlMessage forget(long node, long lookups) {
        return message().forget(0, node, lookups);
    }

    private ControlMessage message() {
        ControlMessage message = free.acquire();
        return message == null ? new ControlMessage(free::release) : message;
    }
}
