package org.hexfuse.abi;

/** Flags in {@link IoctlIn#FLAGS} and {@link IoctlOut#FLAGS}. */
public enum IoctlFlag implements Flag {
    COMPAT(0x1),
    UNRESTRICTED(0x2),
    RETRY(0x4),
    BITS_32BIT(0x8),
    DIR(0x10),
    COMPAT_X32(0x20);

    private final long mask;

    IoctlFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
