package org.hexfuse.abi;

/** Flags in {@link LkIn#LK_FLAGS}. */
public enum LockFlag implements Flag {
    FLOCK(0x1);

    private final long mask;

    LockFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
