package org.hexfuse.abi;

/** Flags in {@link ReadIn#READ_FLAGS}. */
public enum ReadFlag implements Flag {
    LOCKOWNER(0x2);

    private final long mask;

    ReadFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
