package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AdaptiveSpinTest {
    private final AdaptiveSpin spin = new AdaptiveSpin();
    private final AtomicInteger looks = new AtomicInteger();

    private int looksInVain(int waits) {
        int before = looks.get();
        for (int i = 0; i < waits; i++) {
            assertThat(spin.spinUntil(() -> looks.incrementAndGet() < 0)).isFalse();
        }
        return looks.get() - before;
    }

    @Test void seesWhatIsThere() {
        assertThat(spin.spinUntil(() -> true)).isTrue();
    }

    @Test void seesWhatComesSoon() {
        assertThat(spin.spinUntil(() -> looks.incrementAndGet() > 20)).isTrue();
    }

    @Test void givesUpOnWhatDoesNotCome() {
        assertThat(looksInVain(1)).isBetween(1, 1000);
    }

    @Test void hardlyLooksWhereThatWasOfNoUse() {
        looksInVain(100);
        assertThat(looksInVain(1000)).isLessThan(1000);
    }

    @Test void triesAgainNowAndThen() {
        looksInVain(100);
        int waits = 0;
        while (!spin.spinUntil(() -> true)) {
            waits++;
        }
        assertThat(waits).isBetween(100, 10_000);
        assertThat(looksInVain(1)).isGreaterThan(50);
    }

    @Test void isNotDiscouragedByAFewWaitsInVain() {
        for (int i = 0; i < 500; i++) {
            boolean comes = i % 10 > 0;
            assertThat(spin.spinUntil(() -> comes)).isEqualTo(comes);
        }
    }
}
