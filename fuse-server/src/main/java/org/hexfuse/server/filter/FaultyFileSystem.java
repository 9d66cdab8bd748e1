package org.hexfuse.server.filter;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.Forget;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Operation;
import org.hexfuse.server.Read;
import org.hexfuse.server.Release;
import org.hexfuse.server.ReleaseDir;
import org.hexfuse.server.filter.InjectedFault.Kind;
import org.hexfuse.server.operation.OperationView;

/**
 * Injects faults into a filesystem: errors, exceptions, delays, short reads.
 *
 * {@snippet :
 * var faulty = new FaultyFileSystem(vault, 42, new Fault.Failure(Fault.on(Write.class), 0.01, Errno.ENOSPC),
 *         new Fault.Delay(_ -> true, 0.1, Duration.ZERO, Duration.ofMillis(50)));
 * System.out.println(faulty); // seed 42, 2 faults: [FAILURE WRITE #7 with ENOSPC, DELAY GETATTR #3 by 12 ms]
 * }
 *
 * <p>The faults of an operation follow from the seed, its opcode and its number among those with that opcode, so that a program with the
 * same operations has the same faults, whatever its threads do. For each operation the faults are drawn in their order; an error or
 * exception ends them. FORGET and RELEASE are never refused: no caller would see it, and the filesystem would leak. With a delay the
 * filesystem {@linkplain #blocking() blocks}.
 *
 * <p>{@link #log} has what was injected, {@link #toString} the seed too. A {@code KernelTest} of the testkit whose filesystem this is
 * prints both when it fails.
 */
public final class FaultyFileSystem extends FilterFileSystem {
    /** How soon a delay ends once its caller is interrupted. */
    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(10);

    private final List<Fault> faults;
    private final boolean delays;
    private final SeededFaults<InjectedFault> injected;
    private final Map<Opcode, AtomicLong> counts = new ConcurrentHashMap<>();

    /** Injects {@code faults} into {@code delegate}; at most 256 kinds of them. */
    public FaultyFileSystem(FuseFileSystem delegate, long seed, Fault... faults) {
        super(delegate);
        this.faults = List.of(faults);
        this.delays = this.faults.stream().anyMatch(Fault.Delay.class::isInstance);
        this.injected = new SeededFaults<>(seed);
    }

    @Override public Blocking blocking() {
        return delays && delegate().blocking() == Blocking.NEVER ? Blocking.IN_JAVA : delegate().blocking();
    }

    /** The faults that were injected, in their order; the first {@value SeededFaults#LONGEST_LOG}. Any thread may call it. */
    public List<InjectedFault> log() {
        return injected.log();
    }

    /** The seed and the log. */
    @Override public String toString() {
        return injected.toString();
    }

    private long number(Opcode opcode) {
        return counts.computeIfAbsent(opcode, _ -> new AtomicLong()).getAndIncrement();
    }

    @Override protected <O extends Operation<O>> O before(O op) throws IOException {
        Opcode opcode = OperationView.opcodeOf(op);
        inject(op, opcode, number(opcode));
        return op;
    }

    private void inject(Operation<?> op, Opcode opcode, long ordinal) throws IOException {
        boolean refusable = !(op instanceof Forget || op instanceof Release || op instanceof ReleaseDir);
        for (int i = 0; i < faults.size(); i++) {
            Fault fault = faults.get(i);
            SplittableRandom random = injected.random(opcode, ordinal, i);
            if (!fault.where().test(op) || random.nextDouble() >= fault.probability()) {
                continue;
            }
            if (fault instanceof Fault.Failure failure && refusable) {
                injected.add(new InjectedFault(Kind.FAILURE, opcode, ordinal, failure.error().code()));
                throw FuseException.of(failure.error());
            } else if (fault instanceof Fault.Panic && refusable) {
                injected.add(new InjectedFault(Kind.PANIC, opcode, ordinal, 0));
                throw new IllegalStateException("a fault was injected into " + op);
            } else if (fault instanceof Fault.Delay delay) {
                long nanos = random(delay, random);
                injected.add(new InjectedFault(Kind.DELAY, opcode, ordinal, nanos));
                sleep(op, nanos);
            }
        }
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
        long ordinal = number(Opcode.READ);
        inject(op, Opcode.READ, ordinal);
        int size = size(op, ordinal);
        if (size == op.size()) {
            delegate().read(op, out);
            return;
        }
        byte[] bytes = new byte[size];
        DataReply part = DataReply.into(bytes);
        mapResult(op.withRange(op.offset(), size), passed -> {
            delegate().read(passed, part);
            return null;
        }, _ -> {
            out.write(bytes, 0, (int) part.written());
            return null;
        });
    }

    private int size(Read op, long ordinal) {
        int size = op.size();
        for (int i = 0; i < faults.size(); i++) {
            Fault fault = faults.get(i);
            SplittableRandom random = injected.random(Opcode.READ, ordinal, i);
            if (fault instanceof Fault.ShortRead && fault.where().test(op) && size > 1
                    && random.nextDouble() < fault.probability()) {
                size = random.nextInt(1, size);
                injected.add(new InjectedFault(Kind.SHORT_READ, Opcode.READ, ordinal, size));
            }
        }
        return size;
    }
}
