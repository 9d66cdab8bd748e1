package org.hexfuse.server.filter;

import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
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
 * filesystem {@linkplain #blocking() blocks}. {@link #replaying} injects the faults of a log and no others, by which a failure is reduced
 * to the fault that causes it.
 *
 * <p>{@link #log} has what was injected, {@link #toString} the seed too. A {@code KernelTest} of the testkit whose filesystem this is,
 * or which decorates this one, prints both when it fails.
 */
public final class FaultyFileSystem extends FilterFileSystem {
    /** How soon a delay ends once its caller is interrupted. */
    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(10);

    /** An operation, among those of a session. */
    private record Drawn(Opcode opcode, long ordinal) {}

    private final List<Fault> faults;
    private final Map<Drawn, List<InjectedFault>> replayed;
    private final boolean delays;
    private final SeededFaults<InjectedFault> injected;
    private final Map<Opcode, AtomicLong> counts = new ConcurrentHashMap<>();

    /** Injects {@code faults} into {@code delegate}; at most 256 kinds of them. */
    public FaultyFileSystem(FuseFileSystem delegate, long seed, Fault... faults) {
        super(delegate);
        this.faults = List.of(faults);
        this.replayed = Map.of();
        this.delays = this.faults.stream().anyMatch(Fault.Delay.class::isInstance);
        this.injected = new SeededFaults<>(seed);
    }

    private FaultyFileSystem(FuseFileSystem delegate, Collection<InjectedFault> log) {
        super(delegate);
        this.faults = List.of();
        this.replayed = log.stream().collect(groupingBy(fault -> new Drawn(fault.opcode(), fault.ordinal())));
        this.delays = log.stream().anyMatch(fault -> fault.kind() == Kind.DELAY);
        this.injected = SeededFaults.replayed();
    }

    /** Injects the given faults into {@code delegate}, as of a {@link #log}. */
    public static FaultyFileSystem replaying(FuseFileSystem delegate, Collection<InjectedFault> faults) {
        return new FaultyFileSystem(delegate, faults);
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
        inject(op, draw(op, opcode, number(opcode)));
        return op;
    }

    /** The faults of an operation, in their order. */
    private List<InjectedFault> draw(Operation<?> op, Opcode opcode, long ordinal) {
        List<InjectedFault> drawn = new ArrayList<>(replayed.getOrDefault(new Drawn(opcode, ordinal), List.of()));
        int size = op instanceof Read read ? read.size() : 0;
        for (int i = 0; i < faults.size(); i++) {
            Fault fault = faults.get(i);
            SplittableRandom random = injected.random(opcode, ordinal, i);
            if (!fault.where().test(op) || random.nextDouble() >= fault.probability()) {
                continue;
            }
            switch (fault) {
                case Fault.Failure failure -> drawn
                        .add(new InjectedFault(Kind.FAILURE, opcode, ordinal, failure.error().code()));
                case Fault.Panic _ -> drawn.add(new InjectedFault(Kind.PANIC, opcode, ordinal, 0));
                case Fault.Delay delay -> drawn
                        .add(new InjectedFault(Kind.DELAY, opcode, ordinal, random(delay, random)));
                case Fault.ShortRead _ -> {
                    if (size > 1) {
                        size = random.nextInt(1, size);
                        drawn.add(new InjectedFault(Kind.SHORT_READ, opcode, ordinal, size));
                    }
                }
            }
        }
        return drawn;
    }

    /** Waits, or throws, and logs it. Short reads are the reader's. */
    private void inject(Operation<?> op, List<InjectedFault> drawn) throws IOException {
        boolean refusable = !(op instanceof Forget || op instanceof Release || op instanceof ReleaseDir);
        for (InjectedFault fault : drawn) {
            if (fault.kind() == Kind.DELAY) {
                injected.add(fault);
                sleep(op, fault.amount());
            } else if (fault.kind() == Kind.FAILURE && refusable) {
                injected.add(fault);
                throw FuseException.of(Errno.orEio((int) fault.amount()));
            } else if (fault.kind() == Kind.PANIC && refusable) {
                injected.add(fault);
                throw new IllegalStateException("a fault was injected into " + op);
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
        List<InjectedFault> drawn = draw(op, Opcode.READ, number(Opcode.READ));
        inject(op, drawn);
        int size = size(op, drawn);
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

    private int size(Read op, List<InjectedFault> drawn) {
        int size = op.size();
        for (InjectedFault fault : drawn) {
            if (fault.kind() == Kind.SHORT_READ) {
                size = (int) Math.min(size, fault.amount());
                injected.add(fault);
            }
        }
        return size;
    }
}
