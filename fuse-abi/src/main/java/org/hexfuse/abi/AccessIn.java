package org.hexfuse.abi;

/** {@code struct fuse_access_in}: arguments of ACCESS. */
public final class AccessIn {
    private static final Struct.Builder S = Struct.define("fuse_access_in");
    public static final U32 MASK = S.u32("mask");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private AccessIn() {}
}
