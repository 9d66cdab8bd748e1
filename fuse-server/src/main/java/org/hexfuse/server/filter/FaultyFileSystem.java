package org.hexfuse.server.filter;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.Forget;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Operation;
import org.hexfuse.server.Read;
import org.hexfuse.server.Release;
import org.hexfuse.server.ReleaseDir;

/**
 * Injects faults into a filesystem: errors, exceptions, delays, short reads. The same seed and the same sequence of operations have the same faults.
 *
 * {@snippet :
 * new FaultyFileSystem(vault, 42, new Fault.Failure(Fault.on(Write.class), 0.01, Errno.ENOSPC),
 *         new Fault.Delay(_ -> true, 0.1, Duration.ZERO, Duration.ofMillis(50)));
 * }
 *
 * <p>For each operation the faults are drawn in their order; an error or exception ends them. FORGET and RELEASE are never refused: no caller would
 * see it, and the filesystem would leak. With a delay the filesystem {@linkplain #blocking() blocks}.
 */
public final class FaultyFileSystem extends FilterFileSystem {
    /** How soon a delay ends once its caller is interrupted. */
    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(10);

    private final long seed;
    private final List<Fault> faults;
    private final boolean delays;
    private final AtomicLong draws = new AtomicLong();

    /** Injects {@code faults} into {@code delegate}. */
    public FaultyFileSystem(FuseFileSystem delegate, long seed, Fault... faults) {
        super(delegate);
        this.seed = seed;
        this.faults = List.of(faults);
        this.delays = this.faults.stream().anyMatch(Fault.Delay.class::isInstance);
    }

    @Override public Blocking blocking() {
        return delays && delegate().blocking() == Blocking.NEVER ? Blocking.IN_JAVA : delegate().blocking();
    }

    /** Numbers of one draw: another generator each, so that threads need no lock. */
    private SplittableRandom draw() {
        return new SplittableRandom(seed ^ draws.getAndIncrement() * 0x9E3779B97F4A7C15L);
    }

    @Override protected <O extends Operation<O>> O before(O op) throws IOException {
        boolean refusable = !(op instanceof Forget || op instanceof Release || op instanceof ReleaseDir);
        for (Fault fault : faults) {
            SplittableRandom random = draw();
            if (!fault.where().test(op) || random.nextDouble() >= fault.probability()) {
                continue;
            }
            if (fault instanceof Fault.Failure failure && refusable) {
                throw FuseException.of(failure.error());
            } else if (fault instanceof Fault.Panic && refusable) {
                throw new IllegalStateException("a fault was injected into " + op);
            } else if (fault instanceof Fault.Delay delay) {
                sleep(op, random(delay, random));
            }
        }
        return op;
    }

    private static long random(Fault.Delay delay, SplittableRandom random) {
        Duration span = delay.most().minus(delay.least());
        return delay.least().toNanos() + random.nextLong(span.toNanos() + 1);
    }

    private static void sleep(Operation<?> op, long nanos) throws IOException {
        long end = System.nanoTime() + nanos;
        try {
            for (long left = nanos; left > 0 && !op.interrupted(); left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.sleep(Math.min(left, SLICE));
            }
        } catch (InterruptedException _) {
            throw new InterruptedIOException();
        }
    }

    @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
        int size = size(op);
        if (size == op.size()) {
            super.read(op, out);
            return;
        }
        byte[] bytes = new byte[size];
        DataReply part = DataReply.into(bytes);
        mapResult(op.withRange(op.offset(), size), passed -> {
            super.read(passed, part);
            return null;
        }, _ -> {
            out.write(bytes, 0, (int) part.written());
            return null;
        });
    }

    private int size(Read op) {
        int size = op.size();
        for (Fault fault : faults) {
            if (fault instanceof Fault.ShortRead && fault.where().test(op) && size > 1) {
                SplittableRandom random = draw();
                size = random.nextDouble() < fault.probability() ? random.nextInt(1, size) : size;
            }
        }
        return size;
    }
}
