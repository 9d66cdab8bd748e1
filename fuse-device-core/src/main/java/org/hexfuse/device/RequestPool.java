package org.hexfuse.device;

import java.util.ArrayDeque;
import java.util.Deque;

/** Requests that are not in use. Any thread may use it. */
final class RequestPool {
    private static final int KEPT = 256;
    private static final int KEPT_LARGE = 16;
    private static final long LARGE = 64 * 1024;

    private final Deque<Request> small = new ArrayDeque<>();
    private final Deque<Request> large = new ArrayDeque<>();

    /** A request; one with much memory if {@code bulk} and there is one, so that it does not have to grow. */
    Request take(boolean bulk) {
        Request request;
        synchronized (this) {
            request = bulk && !large.isEmpty() ? large.poll() : small.poll();
        }
        return request == null ? new Request(this::put) : request;
    }

    private void put(Request request) {
        boolean isLarge = request.footprint() > LARGE;
        Deque<Request> shelf = isLarge ? large : small;
        synchronized (this) {
            if (shelf.size() < (isLarge ? KEPT_LARGE : KEPT)) {
                shelf.push(request);
            }
        }
    }
}
