package org.hexfuse.abi;

/** Flags in {@link GetattrIn#GETATTR_FLAGS}. */
public enum GetattrFlag implements Flag {
    FH(0x1);

    private final long mask;

    GetattrFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
