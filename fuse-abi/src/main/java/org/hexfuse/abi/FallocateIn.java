package org.hexfuse.abi;

/** {@code struct fuse_fallocate_in}: arguments of FALLOCATE. */
public final class FallocateIn {
    private static final Struct.Builder S = Struct.define("fuse_fallocate_in");
    public static final U64 FH = S.u64("fh");
    public static final U64 OFFSET = S.u64("offset");
    public static final U64 LENGTH = S.u64("length");
    public static final U32 MODE = S.u32("mode");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private FallocateIn() {}
}
