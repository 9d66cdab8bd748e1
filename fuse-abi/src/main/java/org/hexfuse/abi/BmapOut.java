package org.hexfuse.abi;

/** {@code struct fuse_bmap_out}: reply of BMAP. */
public final class BmapOut {
    private static final Struct.Builder S = Struct.define("fuse_bmap_out");
    public static final U64 BLOCK = S.u64("block");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private BmapOut() {}
}
