package org.hexfuse.abi;

/** {@code struct fuse_lk_in}: arguments of GETLK, SETLK and SETLKW. */
public final class LkIn {
    private static final Struct.Builder S = Struct.define("fuse_lk_in");
    public static final U64 FH = S.u64("fh");
    public static final U64 OWNER = S.u64("owner");
    public static final Nested LK = S.struct("lk", FileLock.STRUCT);
    public static final U32 LK_FLAGS = S.u32("lk_flags");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private LkIn() {}
}
