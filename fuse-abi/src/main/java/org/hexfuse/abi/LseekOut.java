package org.hexfuse.abi;

/** {@code struct fuse_lseek_out}: reply of LSEEK. */
public final class LseekOut {
    private static final Struct.Builder S = Struct.define("fuse_lseek_out");
    public static final U64 OFFSET = S.u64("offset");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private LseekOut() {}
}
