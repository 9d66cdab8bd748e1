package org.hexfuse.abi;

/** Flags in {@link WriteIn#WRITE_FLAGS}. */
public enum WriteFlag implements Flag {
    CACHE(0x1),
    LOCKOWNER(0x2),
    KILL_SUIDGID(0x4);

    private final long mask;

    WriteFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
