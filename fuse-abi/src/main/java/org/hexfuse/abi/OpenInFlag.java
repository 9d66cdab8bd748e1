package org.hexfuse.abi;

/** Flags in {@link OpenIn#OPEN_FLAGS} and {@link CreateIn#OPEN_FLAGS}. */
public enum OpenInFlag implements Flag {
    KILL_SUIDGID(0x1);

    private final long mask;

    OpenInFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
