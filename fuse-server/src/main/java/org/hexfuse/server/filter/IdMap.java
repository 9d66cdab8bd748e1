package org.hexfuse.server.filter;

import java.util.OptionalInt;
import java.util.function.IntFunction;

/** A mapping of user ids or group ids between the kernel and a filesystem. Ids are unsigned 32-bit numbers. Immutable. */
public interface IdMap {
    /** The id in the filesystem of one in the kernel; empty if it has none. */
    OptionalInt inward(int kernelId);

    /** The id in the kernel of one in the filesystem; empty if it has none. */
    OptionalInt outward(int ownId);

    /** Ids are the same at both ends. */
    static IdMap identity() {
        return of(OptionalInt::of, OptionalInt::of);
    }

    /** Every caller has the id {@code own} in the filesystem, and every file belongs to {@code shown} in the kernel. */
    static IdMap squash(int own, int shown) {
        return of(_ -> OptionalInt.of(own), _ -> OptionalInt.of(shown));
    }

    /**
     * A range of ids, as in {@code /proc/PID/uid_map}; ids outside it have no counterpart.
     *
     * @param kernel the first id in the kernel
     * @param own the first id in the filesystem
     * @param count the number of ids
     */
    static IdMap range(int kernel, int own, int count) {
        return of(id -> shift(id, kernel, own, count), id -> shift(id, own, kernel, count));
    }

    private static OptionalInt shift(int id, int from, int to, int count) {
        return Integer.compareUnsigned(id - from, count) < 0 ? OptionalInt.of(to + (id - from)) : OptionalInt.empty();
    }

    private static IdMap of(IntFunction<OptionalInt> inward, IntFunction<OptionalInt> outward) {
        return new IdMap() {
            @Override public OptionalInt inward(int kernelId) {
                return inward.apply(kernelId);
            }

            @Override public OptionalInt outward(int ownId) {
                return outward.apply(ownId);
            }
        };
    }
}
