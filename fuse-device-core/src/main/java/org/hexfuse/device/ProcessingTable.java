package org.hexfuse.device;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.hexfuse.device.RequestState.Phase;

/**
 * The requests that were read over one handle, from {@code take} until they end: READING while the transport copies the request
 * to the server, SENT until the server replies, WRITING while the transport copies the reply. A reply finds its request here by
 * its unique id. Guarded by {@link #lock}, as are the phases of the requests in it.
 *
 * <p>Source: Linux {@code struct fuse_pqueue}, whose lists {@code processing} and {@code io} are one table here.
 */
final class ProcessingTable {
    private static final int BUCKETS = 256;

    final ReentrantLock lock = new ReentrantLock();
    private final RequestState[] buckets = new RequestState[BUCKETS];
    private int size;
    private boolean closed;

    int size() {
        return size;
    }

    /** Whether the handle was closed, so that it can deliver no reply. */
    boolean isClosed() { return closed; }

    /** No request is added from now on: called under {@link InputQueue#lock} too, as {@link #add} is. */
    void close() {
        closed = true;
    }

    void add(RequestState request) {
        int bucket = bucket(request.unique);
        request.nextInBucket = buckets[bucket];
        buckets[bucket] = request;
        size++;
    }

    /** The SENT request with the id {@code unique}, or null. */
    RequestState find(long unique) {
        RequestState request = buckets[bucket(unique)];
        while (request != null && (request.unique != unique || request.phase != Phase.SENT)) {
            request = request.nextInBucket;
        }
        return request;
    }

    void remove(RequestState request) {
        int bucket = bucket(request.unique);
        if (buckets[bucket] == request) {
            buckets[bucket] = request.nextInBucket;
        } else {
            RequestState before = buckets[bucket];
            while (before.nextInBucket != request) {
                before = before.nextInBucket;
            }
            before.nextInBucket = request.nextInBucket;
        }
        request.nextInBucket = null;
        size--;
    }

    void forEach(Consumer<RequestState> consumer) {
        for (RequestState head : buckets) {
            for (RequestState request = head; request != null; request = request.nextInBucket) {
                consumer.accept(request);
            }
        }
    }

    /** Removes the SENT requests. Requests that a transport copies stay; the consumer sets the phase of the removed ones. */
    void drainSent(Consumer<RequestState> consumer) {
        drainSent(_ -> true, consumer);
    }

    /**
     * The same of those that the server may have lost: not of one that its caller's thread runs, with data in the caller's memory that
     * no other thread may read.
     */
    void drainLost(Consumer<RequestState> consumer) {
        drainSent(request -> !request.lendsData(), consumer);
    }

    private void drainSent(Predicate<RequestState> drained, Consumer<RequestState> consumer) {
        for (int i = 0; i < BUCKETS; i++) {
            RequestState request = buckets[i];
            while (request != null) {
                RequestState next = request.nextInBucket;
                if (request.phase == Phase.SENT && drained.test(request)) {
                    remove(request);
                    consumer.accept(request);
                }
                request = next;
            }
        }
    }

    private static int bucket(long unique) {
        return (int) (unique >>> 1) & BUCKETS - 1;
    }
}
