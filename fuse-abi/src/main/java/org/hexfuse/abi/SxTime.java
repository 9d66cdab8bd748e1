package org.hexfuse.abi;

/** {@code struct fuse_sx_time}: a point in time within {@link StatxData}. */
public final class SxTime {
    private static final Struct.Builder S = Struct.define("fuse_sx_time");
    public static final I64 TV_SEC = S.i64("tv_sec");
    public static final U32 TV_NSEC = S.u32("tv_nsec");
    public static final Struct STRUCT = S.reserved("__reserved", 4).build();
    public static final int SIZE = STRUCT.size();

    private SxTime() {}
}
