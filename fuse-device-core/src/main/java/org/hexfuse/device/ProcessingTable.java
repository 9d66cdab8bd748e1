package org.hexfuse.device;

import java.util.function.Consumer;

/** The requests that were sent over one handle and are not answered, by their unique ids. Guarded by the connection's lock. */
final class ProcessingTable {
    private static final int BUCKETS = 256;

    private final RequestState[] buckets = new RequestState[BUCKETS];
    private int size;

    int size() {
        return size;
    }

    void add(RequestState progress) {
        int bucket = bucket(progress.unique);
        progress.nextInBucket = buckets[bucket];
        buckets[bucket] = progress;
        size++;
    }

    /** The request with the id {@code unique}, or null. */
    RequestState find(long unique) {
        RequestState progress = buckets[bucket(unique)];
        while (progress != null && progress.unique != unique) {
            progress = progress.nextInBucket;
        }
        return progress;
    }

    void remove(RequestState progress) {
        int bucket = bucket(progress.unique);
        if (buckets[bucket] == progress) {
            buckets[bucket] = progress.nextInBucket;
        } else {
            RequestState before = buckets[bucket];
            while (before.nextInBucket != progress) {
                before = before.nextInBucket;
            }
            before.nextInBucket = progress.nextInBucket;
        }
        progress.nextInBucket = null;
        size--;
    }

    void forEach(Consumer<RequestState> consumer) {
        for (RequestState head : buckets) {
            for (RequestState progress = head; progress != null; progress = progress.nextInBucket) {
                consumer.accept(progress);
            }
        }
    }

    /** Empties the table. */
    void drain(Consumer<RequestState> consumer) {
        for (int i = 0; i < BUCKETS; i++) {
            while (buckets[i] != null) {
                RequestState progress = buckets[i];
                remove(progress);
                consumer.accept(progress);
            }
        }
    }

    private static int bucket(long unique) {
        return (int) (unique >>> 1) & BUCKETS - 1;
    }
}
