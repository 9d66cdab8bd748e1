package org.hexfuse.abi;

/** How the kernel treats an open file, in {@link OpenOut#OPEN_FLAGS}: {@code FOPEN_*}. */
public enum OpenOutFlag implements Flag {
    DIRECT_IO(0x1),
    KEEP_CACHE(0x2),
    NONSEEKABLE(0x4),
    CACHE_DIR(0x8),
    STREAM(0x10),
    NOFLUSH(0x20),
    PARALLEL_DIRECT_WRITES(0x40),
    PASSTHROUGH(0x80);

    private final long mask;

    OpenOutFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
