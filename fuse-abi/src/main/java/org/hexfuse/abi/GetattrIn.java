package org.hexfuse.abi;

/** {@code struct fuse_getattr_in}: arguments of GETATTR, which has none before 7.9. */
public final class GetattrIn {
    private static final Struct.Builder S = Struct.define("fuse_getattr_in");
    public static final U32 GETATTR_FLAGS = S.u32("getattr_flags");
    public static final U64 FH = S.reserved("dummy", 4).u64("fh");
    public static final Struct STRUCT = S.before(9, 0).build();
    public static final int SIZE = STRUCT.size();

    private GetattrIn() {}
}
