package org.hexfuse.abi;

/** {@code struct fuse_rename2_in}: arguments of RENAME2; the old and the new name follow. */
public final class Rename2In {
    private static final Struct.Builder S = Struct.define("fuse_rename2_in");
    public static final U64 NEWDIR = S.u64("newdir");
    public static final U32 FLAGS = S.u32("flags");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private Rename2In() {}
}
