package org.hexfuse.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A clock for entry timeouts and attribute timeouts that passes when a test says so.
 *
 * {@snippet :
 * var clock = new VirtualClock();
 * try (var kernel = UserKernel.connect("mem:", fileSystem, VfsOptions.DEFAULT.withClock(clock))) {
 *     kernel.vfs().stat("/file");
 *     clock.advance(Duration.ofSeconds(1));
 *     kernel.vfs().stat("/file"); // sends LOOKUP and GETATTR again
 * }
 * }
 *
 * <p>Any thread may call any method. Timeouts of requests pass in real time.
 */
public final class VirtualClock implements LongSupplier {
    private final AtomicLong nanos = new AtomicLong();

    /** A clock that stands still. */
    public VirtualClock() {}

    /**
     * Lets time pass.
     *
     * @throws IllegalArgumentException if {@code time} is negative
     */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time does not go back, by " + time);
        }
        nanos.addAndGet(time.toNanos());
    }

    /** The time since the clock was made. */
    public Duration elapsed() {
        return Duration.ofNanos(nanos.get());
    }

    /** The nanoseconds of {@link #elapsed}. */
    @Override public long getAsLong() { return nanos.get(); }
}
