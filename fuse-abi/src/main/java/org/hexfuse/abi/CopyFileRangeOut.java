package org.hexfuse.abi;

/** {@code struct fuse_copy_file_range_out}: reply of COPY_FILE_RANGE_64. */
public final class CopyFileRangeOut {
    private static final Struct.Builder S = Struct.define("fuse_copy_file_range_out");
    public static final U64 BYTES_COPIED = S.u64("bytes_copied");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private CopyFileRangeOut() {}
}
