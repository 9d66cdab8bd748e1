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

class SparesTest {
    private final Spares<AtomicInteger> spares = new Spares<>(4);

    @Test void thereAreNoneAtFirst() {
        assertThat(spares.take()).isNull();
    }

    @Test void aThreadGetsBackWhatItGave() {
        var spare = new AtomicInteger();
        assertThat(spares.give(spare)).isTrue();
        assertThat(spares.take()).isSameAs(spare);
        assertThat(spares.take()).isNull();
    }

    @Test void noMoreAreKeptThanThereArePlaces() {
        for (int i = 0; i < 4; i++) {
            assertThat(spares.give(new AtomicInteger(i))).isTrue();
        }
        assertThat(spares.give(new AtomicInteger(4))).isFalse();
        for (int i = 0; i < 4; i++) {
            assertThat(spares.take()).isNotNull();
        }
        assertThat(spares.take()).isNull();
    }

    @Test void anotherThreadGetsWhatIsThere() throws Exception {
        var spare = new AtomicInteger();
        spares.give(spare);
        try (var other = Executors.newSingleThreadExecutor()) {
            assertThat(other.submit(spares::take).get()).isSameAs(spare);
        }
    }

    @Test void noTwoThreadsHaveTheSame() throws Exception {
        Callable<Integer> user = () -> {
            int made = 0;
            for (int i = 0; i < 100_000; i++) {
                AtomicInteger mine = spares.take();
                if (mine == null) {
                    mine = new AtomicInteger();
                    made++;
                }
                assertThat(mine.getAndIncrement()).isZero();
                mine.decrementAndGet();
                spares.give(mine);
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

    @Test void theNumberOfPlacesIsAPowerOfTwo() {
        assertThatThrownBy(() -> new Spares<>(3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Spares<>(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
