package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AdaptiveSpinTest {
    private final AdaptiveSpin spin = new AdaptiveSpin(AdaptiveSpin.SPINS, Thread::onSpinWait);
    private final AtomicInteger spins = new AtomicInteger();

    private int failedSpins(int waits) {
        int before = spins.get();
        for (int i = 0; i < waits; i++) {
            assertThat(spin.spinUntil(() -> spins.incrementAndGet() < 0)).isFalse();
        }
        return spins.get() - before;
    }

    @Test void returnsAtOnceIfTheConditionHolds() {
        assertThat(spin.spinUntil(() -> true)).isTrue();
    }

    @Test void returnsTrueIfTheConditionHoldsSoon() {
        assertThat(spin.spinUntil(() -> spins.incrementAndGet() > 20)).isTrue();
    }

    @Test void stopsAfterALimitedNumberOfSpins() {
        assertThat(failedSpins(1)).isBetween(1, 1000);
    }

    @Test void hardlySpinsAfterManyFailures() {
        failedSpins(100);
        assertThat(failedSpins(1000)).isLessThanOrEqualTo(1000);
    }

    @Test void spinsAgainInTheNextEpoch() {
        failedSpins(100);
        int waits = 0;
        while (!spin.spinUntil(() -> true)) {
            waits++;
        }
        assertThat(waits).isBetween(100, 10_000);
        assertThat(failedSpins(1)).isGreaterThan(50);
    }

    @Test void keepsSpinningDespiteAFewFailures() {
        for (int i = 0; i < 500; i++) {
            boolean holds = i % 10 > 0;
            assertThat(spin.spinUntil(() -> holds)).isEqualTo(holds);
        }
    }
}
