package org.hexfuse.abi;

/** Flags in {@link AttrData#FLAGS}. */
public enum AttrFlag implements Flag {
    SUBMOUNT(0x1),
    DAX(0x2);

    private final long mask;

    AttrFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
