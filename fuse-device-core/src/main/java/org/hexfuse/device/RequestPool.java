package org.hexfuse.device;

import org.hexfuse.transport.spi.Spares;

/** Requests that are not in use. Any thread may use it. */
final class RequestPool {
    private static final int KEPT = 256;
    private static final int KEPT_LARGE = 16;
    private static final long LARGE = 64 * 1024;

    private final Spares<Request> small = new Spares<>(KEPT);
    private final Spares<Request> large = new Spares<>(KEPT_LARGE);

    /** A request; one with much memory if {@code bulk} and there is one, so that it does not have to grow. */
    Request take(boolean bulk) {
        Request request = bulk ? large.take() : null;
        if (request == null) {
            request = small.take();
        }
        return request == null ? new Request(this::put) : request;
    }

    private void put(Request request) {
        (request.footprint() > LARGE ? large : small).give(request);
    }
}
