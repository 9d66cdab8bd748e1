package org.hexfuse.server.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.hexfuse.abi.Opcode;

/**
 * The faults of one seed: the numbers that they are drawn from, and the log of those that were injected. The numbers follow from the
 * seed, the operation and the number of the request among those of its operation, whatever the order in which threads send them.
 *
 * <p>Any thread may call any method.
 *
 * @param <F> the record of a fault
 */
public final class SeededFaults<F> {
    /** The most faults that the log has. */
    public static final int LONGEST_LOG = 10_000;

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final int DRAW_BITS = 8;
    private static final int OPCODE_BITS = 13;

    private final String source;
    private final long seed;
    private final List<F> log = new ArrayList<>();
    private long injected;

    /** Faults of a seed. */
    public SeededFaults(long seed) {
        this("seed " + seed, seed);
    }

    private SeededFaults(String source, long seed) {
        this.source = source;
        this.seed = seed;
    }

    /** Faults of a log, which are not drawn. */
    public static <F> SeededFaults<F> replayed() {
        return new SeededFaults<>("replayed", 0);
    }

    /**
     * The numbers for one draw.
     *
     * @param ordinal the number of the request among those of its operation, from 0 on
     * @param draw tells the draws for one request apart, from 0 to 255
     */
    public SplittableRandom random(Opcode opcode, long ordinal, int draw) {
        long request = (ordinal << (OPCODE_BITS + DRAW_BITS)) + ((long) opcode.code() << DRAW_BITS) + draw;
        return new SplittableRandom(seed ^ request * GOLDEN_GAMMA);
    }

    /** Logs a fault that is injected now. */
    public synchronized void add(F fault) {
        injected++;
        if (log.size() < LONGEST_LOG) {
            log.add(fault);
        }
    }

    /** The faults that were injected, in their order; the first {@value #LONGEST_LOG}. */
    public synchronized List<F> log() {
        return List.copyOf(log);
    }

    /** The seed, and the log: what a test prints that fails. */
    @Override public synchronized String toString() {
        return source + ", " + injected + (injected == 1 ? " fault" : " faults")
                + (injected > log.size() ? ", the first " + log.size() + ": " : ": ") + log;
    }
}
