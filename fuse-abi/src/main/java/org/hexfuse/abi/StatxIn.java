package org.hexfuse.abi;

/** {@code struct fuse_statx_in}: arguments of STATX. */
public final class StatxIn {
    private static final Struct.Builder S = Struct.define("fuse_statx_in");
    public static final U32 GETATTR_FLAGS = S.u32("getattr_flags");
    public static final U64 FH = S.reserved("reserved", 4).u64("fh");
    public static final U32 SX_FLAGS = S.u32("sx_flags");
    public static final U32 SX_MASK = S.u32("sx_mask");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private StatxIn() {}
}
