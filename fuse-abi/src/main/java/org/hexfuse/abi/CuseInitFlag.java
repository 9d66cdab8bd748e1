package org.hexfuse.abi;

/** Flags of {@link CuseInitIn} and {@link CuseInitOut}. */
public enum CuseInitFlag implements Flag {
    UNRESTRICTED_IOCTL(0x1);

    private final long mask;

    CuseInitFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
