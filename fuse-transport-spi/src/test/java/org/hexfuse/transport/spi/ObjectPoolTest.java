package org.hexfuse.transport.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ObjectPoolTest {
    private final ObjectPool<AtomicInteger> pool = new ObjectPool<>(4);

    @Test void aNewPoolIsEmpty() {
        assertThat(pool.acquire()).isNull();
    }

    @Test void aThreadAcquiresWhatItReleased() {
        var pooled = new AtomicInteger();
        assertThat(pool.release(pooled)).isTrue();
        assertThat(pool.acquire()).isSameAs(pooled);
        assertThat(pool.acquire()).isNull();
    }

    @Test void keepsNoMoreThanItsCapacity() {
        for (int i = 0; i < 4; i++) {
            assertThat(pool.release(new AtomicInteger(i))).isTrue();
        }
        assertThat(pool.release(new AtomicInteger(4))).isFalse();
        for (int i = 0; i < 4; i++) {
            assertThat(pool.acquire()).isNotNull();
        }
        assertThat(pool.acquire()).isNull();
    }

    @Test void anotherThreadAcquiresWhatWasReleased() throws Exception {
        var pooled = new AtomicInteger();
        pool.release(pooled);
        try (var other = Executors.newSingleThreadExecutor()) {
            assertThat(other.submit(pool::acquire).get()).isSameAs(pooled);
        }
    }

    @Test void noTwoThreadsAcquireTheSameObject() throws Exception {
        Callable<Integer> user = () -> {
            int made = 0;
            for (int i = 0; i < 100_000; i++) {
                AtomicInteger mine = pool.acquire();
                if (mine == null) {
                    mine = new AtomicInteger();
                    made++;
                }
                assertThat(mine.getAndIncrement()).isZero();
                mine.decrementAndGet();
                pool.release(mine);
            }
            return made;
        };
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> users = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                users.add(threads.submit(user));
            }
            for (Future<Integer> each : users) {
                assertThat(each.get()).isLessThan(100_000);
            }
        }
    }

    @Test void theCapacityIsAPowerOfTwo() {
        assertThatThrownBy(() -> new ObjectPool<>(3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ObjectPool<>(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
