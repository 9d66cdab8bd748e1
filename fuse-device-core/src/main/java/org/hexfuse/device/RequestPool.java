package org.hexfuse.device;

import org.hexfuse.transport.spi.ObjectPool;

/** Free requests, to be recycled. Thread-safe. */
final class RequestPool {
    private static final int KEPT = 256;
    private static final int KEPT_LARGE = 16;
    private static final long LARGE = 64 * 1024;

    private final ObjectPool<Request> small = new ObjectPool<>(KEPT);
    private final ObjectPool<Request> large = new ObjectPool<>(KEPT_LARGE);

    /** Acquires a request; if {@code bulk}, preferably one whose memory has grown already. */
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
