package org.hexfuse.abi;

/** {@code struct fuse_read_in}: arguments of READ, READDIR and READDIRPLUS. */
public final class ReadIn {
    private static final Struct.Builder S = Struct.define("fuse_read_in");
    public static final U64 FH = S.u64("fh");
    public static final U64 OFFSET = S.u64("offset");
    public static final U32 SIZE_FIELD = S.u32("size");
    public static final U32 READ_FLAGS = S.u32("read_flags");
    public static final U64 LOCK_OWNER = S.u64("lock_owner");
    public static final U32 FLAGS = S.u32("flags");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private ReadIn() {}
}
