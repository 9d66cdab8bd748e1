package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who spins before it parks. */
@Timeout(60) class HandOffTest {
    private final HandOff handOff = new HandOff();

    /** How often a virtual or platform thread looked for what it waits for, and the result. */
    private static int looks(Thread.Builder builder, Waiting waiting) throws InterruptedException {
        var looks = new AtomicInteger();
        var found = new AtomicBoolean(true);
        builder.start(() -> found.set(waiting.waits(() -> {
            looks.incrementAndGet();
            return false;
        }))).join();
        assertThat(found).isFalse();
        return looks.get();
    }

    /** How a thread waits for a condition. */
    private interface Waiting {
        boolean waits(BooleanSupplier condition);
    }

    @Test void aCallerThatWaitsAloneSpins() throws Exception {
        boolean alone = handOff.begin();
        assertThat(alone).isTrue();
        assertThat(looks(Thread.ofPlatform(), condition -> handOff.spinsForReply(condition, true))).isGreaterThan(100);
        handOff.end();
        assertThat(handOff.begin()).isTrue();
    }

    @Test void theSecondCallerLeavesItsProcessorToOthers() throws Exception {
        handOff.begin();
        boolean alone = handOff.begin();
        assertThat(alone).isFalse();
        assertThat(looks(Thread.ofPlatform(), condition -> handOff.spinsForReply(condition, false))).isBetween(1, 20);
        assertThat(looks(Thread.ofVirtual(), condition -> handOff.spinsForReply(condition, false))).isZero();
    }

    @Test void aReaderSpinsOnAVirtualThreadForOneCaller() throws Exception {
        assertThat(looks(Thread.ofVirtual(), handOff::spinsForRequest)).isGreaterThan(100);
        assertThat(looks(Thread.ofPlatform(), handOff::spinsForRequest)).isZero();
        handOff.begin();
        handOff.begin();
        assertThat(looks(Thread.ofVirtual(), handOff::spinsForRequest)).isZero();
    }

    @Test void aReplyThatIsThereNeedsNoSpin() {
        handOff.begin();
        assertThat(handOff.spinsForReply(() -> true, true)).isTrue();
    }
}
