package org.hexfuse.abi;

/** Flags in {@link ReleaseIn#RELEASE_FLAGS}. */
public enum ReleaseFlag implements Flag {
    FLUSH(0x1),
    FLOCK_UNLOCK(0x2);

    private final long mask;

    ReleaseFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
