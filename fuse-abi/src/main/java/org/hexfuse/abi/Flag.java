package org.hexfuse.abi;

import java.util.Arrays;
import java.util.stream.Collectors;

/** One bit of a set of flags. Each set is an enum; the value of a set is the sum of its masks, as in C. */
public interface Flag {
    /** The bit. */
    long mask();

    /** The name in C without its prefix. */
    String name();

    /** Whether the flag is in the set {@code bits}. */
    default boolean in(long bits) {
        return (bits & mask()) != 0;
    }

    /** The set of {@code flags}. */
    static long of(Flag... flags) {
        long bits = 0;
        for (Flag flag : flags) {
            bits |= flag.mask();
        }
        return bits;
    }

    /** Formats a set: names joined by {@code |}, then bits that {@code known} has no name for, or 0. */
    static String describe(long bits, Flag[] known) {
        String names = Arrays.stream(known).filter(flag -> flag.in(bits)).map(Flag::name)
                .collect(Collectors.joining("|"));
        long rest = bits & ~of(known);
        String unknown = rest == 0 && !names.isEmpty() ? "" : rest == 0 ? "0" : "0x" + Long.toHexString(rest);
        return names.isEmpty() || unknown.isEmpty() ? names + unknown : names + "|" + unknown;
    }
}
