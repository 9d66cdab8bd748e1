package org.hexfuse.abi;

/** {@code struct fuse_lseek_in}: arguments of LSEEK. */
public final class LseekIn {
    private static final Struct.Builder S = Struct.define("fuse_lseek_in");
    public static final U64 FH = S.u64("fh");
    public static final U64 OFFSET = S.u64("offset");
    public static final U32 WHENCE = S.u32("whence");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private LseekIn() {}
}
