package org.hexfuse.transport.spi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Native memory that is freed when nothing refers to it any more. The JVM bounds it, by {@code -XX:MaxDirectMemorySize}, and an
 * allocation that does not fit takes half a second to fail, in which the JVM collects garbage several times. So an allocation fails at
 * once if one of as many bytes, or fewer, has failed within the last second.
 *
 * <p>Any thread may call any method.
 */
public final class NativeMemory {
    /** That of the JVM. */
    public static final NativeMemory JVM = new NativeMemory(
            (bytes, alignment) -> Arena.ofAuto().allocate(bytes, alignment), System::nanoTime);

    private static final RateLimitedLog LIMITED = new RateLimitedLog(Loggers.of(NativeMemory.class));
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    private final Allocator allocator;
    private final LongSupplier clock;
    /** Null until the first one. */
    private volatile Failure last;

    /** Allocates, or throws OutOfMemoryError. */
    @FunctionalInterface interface Allocator {
        MemorySegment allocate(long bytes, long alignment);
    }

    /** An allocation that failed: of how many bytes, and when. */
    private record Failure(long bytes, long time) {}

    /** Memory of an allocator. The clock has nanoseconds that only grow. */
    NativeMemory(Allocator allocator, LongSupplier clock) {
        this.allocator = allocator;
        this.clock = clock;
    }

    /**
     * Allocates zeroed memory.
     *
     * @throws OutOfMemoryError if there is not so much
     */
    public MemorySegment allocate(long bytes, long alignment) {
        Failure before = last;
        boolean isRecent = before != null && clock.getAsLong() - before.time < PAUSE;
        if (isRecent && bytes >= before.bytes) {
            throw new OutOfMemoryError("no native memory for " + bytes + " bytes, as a moment ago");
        }
        try {
            return allocator.allocate(bytes, alignment);
        } catch (OutOfMemoryError e) {
            last = new Failure(bytes, clock.getAsLong());
            LIMITED.warn("memory", "no native memory for " + bytes + " bytes; -XX:MaxDirectMemorySize gives Java more");
            throw e;
        }
    }
}
