package org.hexfuse.abi;

/** Flags in {@link SetupmappingIn#FLAGS}. */
public enum SetupMappingFlag implements Flag {
    WRITE(0x1),
    READ(0x2);

    private final long mask;

    SetupMappingFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
