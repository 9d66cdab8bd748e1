package org.hexfuse.abi;

/** {@code struct fuse_write_in}: arguments of WRITE; the data follows. */
public final class WriteIn {
    private static final Struct.Builder S = Struct.define("fuse_write_in");
    public static final U64 FH = S.u64("fh");
    public static final U64 OFFSET = S.u64("offset");
    public static final U32 SIZE_FIELD = S.u32("size");
    public static final U32 WRITE_FLAGS = S.u32("write_flags");
    public static final U64 LOCK_OWNER = S.u64("lock_owner");
    public static final U32 FLAGS = S.u32("flags");
    public static final Struct STRUCT = S.reserved("padding", 4).before(9, 24).build();
    public static final int SIZE = STRUCT.size();

    private WriteIn() {}
}
