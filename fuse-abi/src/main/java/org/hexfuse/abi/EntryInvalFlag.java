package org.hexfuse.abi;

/** Flags in {@link NotifyInvalEntryOut#FLAGS}. */
public enum EntryInvalFlag implements Flag {
    EXPIRE_ONLY(0x1);

    private final long mask;

    EntryInvalFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
