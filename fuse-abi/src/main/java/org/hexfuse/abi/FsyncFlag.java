package org.hexfuse.abi;

/** Flags in {@link FsyncIn#FSYNC_FLAGS}. */
public enum FsyncFlag implements Flag {
    FDATASYNC(0x1);

    private final long mask;

    FsyncFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
