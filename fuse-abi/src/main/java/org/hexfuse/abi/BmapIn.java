package org.hexfuse.abi;

/** {@code struct fuse_bmap_in}: arguments of BMAP. */
public final class BmapIn {
    private static final Struct.Builder S = Struct.define("fuse_bmap_in");
    public static final U64 BLOCK = S.u64("block");
    public static final U32 BLOCKSIZE = S.u32("blocksize");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private BmapIn() {}
}
