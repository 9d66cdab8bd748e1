package org.hexfuse.abi;

/** Flags in {@link PollIn#FLAGS}. */
public enum PollFlag implements Flag {
    SCHEDULE_NOTIFY(0x1);

    private final long mask;

    PollFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
