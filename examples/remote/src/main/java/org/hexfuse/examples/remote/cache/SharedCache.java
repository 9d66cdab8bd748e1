package org.hexfuse.examples.remote.cache;

import com.github.benmanes.caffeine.cache.Cache;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Results of calls, kept as the cache underneath has it. Concurrent readers of one key share one call; a result that was invalidated
 * while its call was in flight is not kept. Failures are not kept.
 */
@SuppressWarnings("ReferenceEquality") // A call in flight is equal only to itself.
public final class SharedCache<K, V> {
    private final Cache<K, V> cache;
    private final Calls calls;
    private final ConcurrentHashMap<K, CompletableFuture<V>> inFlight = new ConcurrentHashMap<>();
    private final AtomicLong invalidations = new AtomicLong();

    /** A cache of the results of {@code calls}. */
    public SharedCache(Cache<K, V> cache, Calls calls) {
        this.cache = cache;
        this.calls = calls;
    }

    /** The value of a key, that of a call in flight, or that of {@code call}, which is started. Does not wait. */
    public CompletableFuture<V> get(K key, Calls.Call<V> call) {
        V kept = cache.getIfPresent(key);
        if (kept != null) {
            return CompletableFuture.completedFuture(kept);
        }
        var mine = new CompletableFuture<V>();
        CompletableFuture<V> other = inFlight.putIfAbsent(key, mine);
        if (other != null) {
            return other;
        }
        kept = cache.getIfPresent(key);
        if (kept != null) {
            // A call has ended since the first look.
            inFlight.remove(key, mine);
            mine.complete(kept);
            return mine;
        }
        var _ = calls.start(call).whenComplete((value, failure) -> {
            inFlight.computeIfPresent(key, (_, current) -> {
                if (current == mine && failure == null) {
                    cache.put(key, value);
                }
                return current == mine ? null : current;
            });
            if (failure == null) {
                mine.complete(value);
            } else {
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }

    /** The number of invalidations so far, for {@link #offer}. */
    public long stamp() {
        return invalidations.get();
    }

    /** Keeps a value that was read since {@code stamp}, unless anything was invalidated meanwhile. */
    public void offer(K key, V value, long stamp) {
        if (stamp == stamp()) {
            cache.put(key, value);
        }
    }

    /** Drops the value of a key. */
    public void invalidate(K key) {
        invalidations.incrementAndGet();
        inFlight.remove(key);
        cache.invalidate(key);
    }

    /** Drops all values. */
    public void invalidateAll() {
        invalidations.incrementAndGet();
        inFlight.clear();
        cache.invalidateAll();
    }
}
