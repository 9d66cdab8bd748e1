package org.hexfuse.abi;

/** {@code struct fuse_statx_out}: reply of STATX. */
public final class StatxOut {
    private static final Struct.Builder S = Struct.define("fuse_statx_out");
    public static final U64 ATTR_VALID = S.u64("attr_valid");
    public static final U32 ATTR_VALID_NSEC = S.u32("attr_valid_nsec");
    public static final U32 FLAGS = S.u32("flags");
    public static final Nested STAT = S.reserved("spare", 16).struct("stat", StatxData.STRUCT);
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private StatxOut() {}
}
