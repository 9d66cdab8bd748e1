package org.hexfuse.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReferenceCountTest {
    private final AtomicInteger freed = new AtomicInteger();
    private final ReferenceCount count = new ReferenceCount(freed::incrementAndGet);

    @Test void closingWithoutReferencesFreesAtOnce() {
        assertThat(count.isClosed()).isFalse();
        assertThat(count.close()).isTrue();
        assertThat(count.isClosed()).isTrue();
        assertThat(freed).hasValue(1);
    }

    @Test void theLastReferenceFreesWhatWasClosed() {
        assertThat(count.acquire()).isTrue();
        assertThat(count.acquire()).isTrue();
        assertThat(count.close()).isTrue();
        count.release();
        assertThat(freed).hasValue(0);
        count.release();
        assertThat(freed).hasValue(1);
    }

    @Test void referencesThatAreDroppedFreeNothingWhileItIsOpen() {
        count.acquire();
        count.release();
        assertThat(freed).hasValue(0);
        assertThat(count.acquire()).isTrue();
    }

    @Test void noReferenceIsTakenOnceItIsClosed() {
        count.acquire();
        count.close();
        assertThat(count.acquire()).isFalse();
        count.release();
        assertThat(count.acquire()).isFalse();
        assertThat(freed).hasValue(1);
    }

    @Test void closingAgainDoesNothing() {
        count.close();
        assertThat(count.close()).isFalse();
        assertThat(freed).hasValue(1);
    }

    @Test void droppingMoreReferencesThanWereTakenIsAnError() {
        assertThatThrownBy(count::release).isInstanceOf(IllegalStateException.class);
        assertThat(count.close()).isTrue();
        assertThatThrownBy(count::release).isInstanceOf(IllegalStateException.class);
        assertThat(freed).hasValue(1);
    }

    @Test void itIsFreedOnceHoweverTheThreadsRace() throws Exception {
        int threads = 4;
        try (var pool = Executors.newFixedThreadPool(threads)) {
            for (int round = 0; round < 500; round++) {
                var frees = new AtomicInteger();
                var shared = new ReferenceCount(frees::incrementAndGet);
                var start = new CyclicBarrier(threads);
                Callable<Boolean> user = () -> {
                    start.await();
                    boolean held = shared.acquire();
                    if (held) {
                        assertThat(frees).hasValue(0);
                    }
                    shared.close();
                    if (held) {
                        shared.release();
                    }
                    return held;
                };
                for (var each : pool.invokeAll(Collections.nCopies(threads, user))) {
                    each.get();
                }
                assertThat(frees).hasValue(1);
            }
        }
    }
}
