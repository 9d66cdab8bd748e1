package org.hexfuse.testkit.fault;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.filter.SeededFaults;
import org.hexfuse.testkit.fault.TransportFault.Kind;
import org.hexfuse.transport.KernelLink;

/**
 * Injects faults into the messages of a transport, at its kernel end: requests before the transport sends them, replies before the
 * device gets them.
 *
 * {@snippet :
 * var faults = FaultyTransport.seeded(42).with(Kind.DROP, 0.01).with(Kind.TRUNCATE, 0.02).delays(0.1, Duration.ofMillis(20));
 * try (var kernel = UserKernel.serving(vault).faults(faults)
 *         .options(mount -> mount.withRequestTimeout(Duration.ofSeconds(1))).connect()) {
 *     kernel.vfs().writeString("/notes", "hello"); // works, or fails with a FuseException
 * }
 * System.out.println(faults); // the seed, and what was injected
 * }
 *
 * <p>The faults of a message follow from the seed, the operation and the number of the request among those of its operation, so that
 * a program that sends the same requests has the same faults, whatever its threads do. {@link #replaying} injects the faults of a log
 * and no others, by which a failure is reduced to the fault that causes it.
 *
 * <p>A dropped message blocks its caller until the {@linkplain org.hexfuse.vfs.VfsOptions#withRequestTimeout request timeout}. INIT
 * and notifications have no faults, INIT unless {@link #where} allows it. Requests are queued also over a link that runs them on their
 * callers' threads.
 *
 * <p>To be set up by one thread; then any thread may call any method. Each decorated link counts its requests from 0.
 */
public final class FaultyTransport {
    private final SeededFaults<TransportFault> injected;
    private final Optional<Map<TransportFault, TransportFault>> replayed;
    private final Map<Kind, Double> probabilities = new EnumMap<>(Kind.class);
    private Duration longestDelay = Duration.ofMillis(5);
    private Predicate<Opcode> where = opcode -> opcode != Opcode.INIT;

    private FaultyTransport(SeededFaults<TransportFault> injected,
            Optional<Map<TransportFault, TransportFault>> replayed) {
        this.injected = injected;
        this.replayed = replayed;
    }

    /** Injects faults by a seed: none until {@link #with} or {@link #delays} says how many. */
    public static FaultyTransport seeded(long seed) {
        return new FaultyTransport(new SeededFaults<>(seed), Optional.empty());
    }

    /** Injects the given faults, as of a {@link #log}. */
    public static FaultyTransport replaying(Collection<TransportFault> faults) {
        var byMessage = new HashMap<TransportFault, TransportFault>();
        faults.forEach(fault -> byMessage.put(message(fault.reply(), fault.opcode(), fault.ordinal()), fault));
        return new FaultyTransport(SeededFaults.replayed(), Optional.of(byMessage));
    }

    /** The key of a message. */
    private static TransportFault message(boolean reply, Opcode opcode, long ordinal) {
        return new TransportFault(Kind.DROP, reply, opcode, ordinal, 0);
    }

    /**
     * Injects a fault into some messages.
     *
     * @param probability how many messages have it, from 0 to 1; all probabilities together must not exceed 1
     */
    public FaultyTransport with(Kind kind, double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("a probability of " + probability);
        }
        probabilities.put(kind, probability);
        if (probabilities.values().stream().mapToDouble(Double::doubleValue).sum() > 1) {
            throw new IllegalArgumentException("a message has one fault: more than 1 in " + probabilities);
        }
        return this;
    }

    /** Delays some messages, by at most {@code longest}. */
    public FaultyTransport delays(double probability, Duration longest) {
        if (longest.isNegative()) {
            throw new IllegalArgumentException("a delay of " + longest);
        }
        longestDelay = longest;
        return with(Kind.DELAY, probability);
    }

    /** The operations whose messages may have faults; all but INIT unless set. */
    public FaultyTransport where(Predicate<Opcode> opcodes) {
        this.where = opcodes;
        return this;
    }

    /** Injects faults into the messages of a link, which must not be attached yet. */
    public KernelLink decorate(KernelLink link) {
        return new FaultyLink(link, this);
    }

    /** The faults that were injected, in their order; the first {@value SeededFaults#LONGEST_LOG}. */
    public List<TransportFault> log() {
        return injected.log();
    }

    /** The seed and the log: what a test prints that fails. */
    @Override public String toString() {
        return injected.toString();
    }

    /**
     * Draws the fault of a message, and logs it.
     *
     * @param size the bytes after the header
     */
    Optional<TransportFault> draw(boolean reply, Opcode opcode, long ordinal, long size) {
        Optional<TransportFault> fault = replayed.isEmpty() ? seeded(reply, opcode, ordinal, size)
                : Optional.ofNullable(replayed.get().get(message(reply, opcode, ordinal)));
        fault.ifPresent(injected::add);
        return fault;
    }

    private Optional<TransportFault> seeded(boolean reply, Opcode opcode, long ordinal, long size) {
        if (!where.test(opcode)) {
            return Optional.empty();
        }
        SplittableRandom random = injected.random(opcode, ordinal, reply ? 1 : 0);
        double drawn = random.nextDouble();
        for (var kind : probabilities.entrySet()) {
            drawn -= kind.getValue();
            if (drawn < 0) {
                return fault(kind.getKey(), reply, opcode, ordinal, size, random);
            }
        }
        return Optional.empty();
    }

    private Optional<TransportFault> fault(Kind kind, boolean reply, Opcode opcode, long ordinal, long size,
            SplittableRandom random) {
        if (kind == Kind.TRUNCATE && size == 0) {
            return Optional.empty();
        }
        long amount = switch (kind) {
            case DELAY -> random.nextLong(longestDelay.toNanos() + 1);
            case TRUNCATE -> random.nextLong(size);
            default -> 0;
        };
        return Optional.of(new TransportFault(kind, reply, opcode, ordinal, amount));
    }
}
