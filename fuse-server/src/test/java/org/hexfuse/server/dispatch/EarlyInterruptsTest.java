package org.hexfuse.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EarlyInterruptsTest {
    private final EarlyInterrupts interrupts = new EarlyInterrupts();

    @Test void anInterruptIsFoundOnceByItsRequest() {
        interrupts.add(4);
        assertThat(interrupts.remove(6)).isFalse();
        assertThat(interrupts.remove(4)).isTrue();
        assertThat(interrupts.remove(4)).isFalse();
    }

    @Test void ofAFloodTheNewestAreKept() {
        for (long unique = 2; unique <= 10_000; unique += 2) {
            interrupts.add(unique);
        }
        assertThat(interrupts.size()).isEqualTo(EarlyInterrupts.MOST);
        assertThat(interrupts.remove(2)).isFalse();
        assertThat(interrupts.remove(10_000)).isTrue();
    }
}
