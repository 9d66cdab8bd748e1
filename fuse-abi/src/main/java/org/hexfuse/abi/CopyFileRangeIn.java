package org.hexfuse.abi;

/** {@code struct fuse_copy_file_range_in}: arguments of COPY_FILE_RANGE and COPY_FILE_RANGE_64. */
public final class CopyFileRangeIn {
    private static final Struct.Builder S = Struct.define("fuse_copy_file_range_in");
    public static final U64 FH_IN = S.u64("fh_in");
    public static final U64 OFF_IN = S.u64("off_in");
    public static final U64 NODEID_OUT = S.u64("nodeid_out");
    public static final U64 FH_OUT = S.u64("fh_out");
    public static final U64 OFF_OUT = S.u64("off_out");
    public static final U64 LEN = S.u64("len");
    public static final U64 FLAGS = S.u64("flags");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private CopyFileRangeIn() {}
}
