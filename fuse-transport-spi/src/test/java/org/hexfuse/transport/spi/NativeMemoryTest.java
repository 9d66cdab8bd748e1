package org.hexfuse.transport.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Allocations that fail, and how soon they are repeated. */
class NativeMemoryTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final List<Long> attempts = new ArrayList<>();
    private long available = 1000;
    private long now = -7;
    private final NativeMemory memory = new NativeMemory(this::allocate, () -> now);

    private MemorySegment allocate(long bytes, long alignment) {
        attempts.add(bytes);
        if (bytes > available) {
            throw new OutOfMemoryError();
        }
        return Arena.ofAuto().allocate(bytes, alignment);
    }

    private void fails(long bytes) {
        assertThatThrownBy(() -> memory.allocate(bytes, 8)).isInstanceOf(OutOfMemoryError.class);
    }

    @Test void whatFailedIsNotRepeatedForASecond() {
        fails(2000);
        fails(2000);
        fails(3000);
        now += SECOND - 1;
        fails(2000);
        assertThat(attempts).containsExactly(2000L);
        now++;
        fails(2000);
        assertThat(attempts).containsExactly(2000L, 2000L);
    }

    @Test void lessIsAllocatedMeanwhile() {
        fails(2000);
        assertThat(memory.allocate(1000, 8).byteSize()).isEqualTo(1000);
        fails(1500);
        fails(1600);
        assertThat(attempts).containsExactly(2000L, 1000L, 1500L);
    }

    @Test void asMuchIsAllocatedWhenThereIsMemoryAgain() {
        fails(2000);
        available = 2000;
        now += SECOND;
        assertThat(memory.allocate(2000, 64).address() % 64).isZero();
        assertThat(memory.allocate(2000, 8).byteSize()).isEqualTo(2000);
    }
}
