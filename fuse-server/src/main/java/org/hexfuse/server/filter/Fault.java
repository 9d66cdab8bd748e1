package org.hexfuse.server.filter;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.hexfuse.abi.Errno;
import org.hexfuse.server.Operation;

/** A fault that a {@link FaultyFileSystem} injects into some operations with some probability. Immutable. */
public sealed interface Fault {
    /** Whether an operation may have it. */
    Predicate<Operation<?>> where();

    /** How many of these operations have it, from 0 to 1. */
    double probability();

    /** The operation fails and is not passed on. */
    record Failure(Predicate<Operation<?>> where, double probability, Errno error) implements Fault {
        /** Checks the probability. */
        public Failure {
            check(probability);
        }
    }

    /** The operation throws an exception that has no errno, as a defect does, and is not passed on. */
    record Panic(Predicate<Operation<?>> where, double probability) implements Fault {
        /** Checks the probability. */
        public Panic {
            check(probability);
        }
    }

    /** The operation begins after a random delay, from {@code least} to {@code most}. An interrupt of its caller ends the delay. */
    record Delay(Predicate<Operation<?>> where, double probability, Duration least, Duration most) implements Fault {
        /** Checks the numbers. */
        public Delay {
            check(probability);
            if (least.isNegative() || most.compareTo(least) < 0) {
                throw new IllegalArgumentException("a delay from " + least + " to " + most);
            }
        }
    }

    /** A READ returns less than it was asked for and the file has: at least one byte. */
    record ShortRead(Predicate<Operation<?>> where, double probability) implements Fault {
        /** Checks the probability. */
        public ShortRead {
            check(probability);
        }
    }

    /** Operations of some kinds: {@code Fault.on(Read.class, Write.class)}. */
    @SafeVarargs
    @SuppressWarnings("varargs") static Predicate<Operation<?>> on(Class<? extends Operation<?>>... kinds) {
        List<Class<? extends Operation<?>>> all = List.of(kinds);
        return op -> all.stream().anyMatch(kind -> kind.isInstance(op));
    }

    private static void check(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("a probability of " + probability);
        }
    }
}
