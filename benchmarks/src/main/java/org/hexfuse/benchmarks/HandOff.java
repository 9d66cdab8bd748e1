package org.hexfuse.benchmarks;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The lower bound: a hand-off between two virtual threads and back, through two synchronous queues. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Djmh.executor=VIRTUAL") public class HandOff {
    private final SynchronousQueue<Object> there = new SynchronousQueue<>();
    private final SynchronousQueue<Object> back = new SynchronousQueue<>();
    private Thread peer;

    /** Called by JMH. */
    public HandOff() {}

    /** Starts the other thread. */
    @Setup public void start() {
        peer = Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    back.put(there.take());
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Ends it. */
    @TearDown public void end() throws InterruptedException {
        peer.interrupt();
        peer.join();
    }

    /** One round trip. */
    @Benchmark public Object roundTrip() throws InterruptedException {
        there.put(this);
        return back.take();
    }
}
