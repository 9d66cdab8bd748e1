package org.hexfuse.abi;

/** {@code struct fuse_fsync_in}: arguments of FSYNC and FSYNCDIR. */
public final class FsyncIn {
    private static final Struct.Builder S = Struct.define("fuse_fsync_in");
    public static final U64 FH = S.u64("fh");
    public static final U32 FSYNC_FLAGS = S.u32("fsync_flags");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private FsyncIn() {}
}
