package org.hexfuse.device;

import org.hexfuse.transport.spi.ObjectPool;

/** Requests that are not in use. Any thread may use it. */
final class RequestPool {
    private static final int KEPT = 256;
    private static final int KEPT_LARGE = 16;
    private static final long LARGE = 64 * 1024;

    private final ObjectPool<Request> small = new ObjectPool<>(KEPT);
    private final ObjectPool<Request> large = new ObjectPool<>(KEPT_LARGE);

    /** A request; one with much memory if {@code bulk} and there is one, so that it does not have to grow. */
    Request take(boolean bulk) {
        Request request = bulk ? large.acquire() : null;
        if (request == null) {
            request = small.acquire();
        }
        return request == null ? new Request(this::put) : request;
    }

    private void put(Request request) {
        (request.footprint() > LARGE ? large : small).release(request);
    }
}
