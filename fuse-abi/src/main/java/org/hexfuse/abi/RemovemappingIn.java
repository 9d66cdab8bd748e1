package org.hexfuse.abi;

/** {@code struct fuse_removemapping_in}: arguments of REMOVEMAPPING; {@link #COUNT} times {@link RemovemappingOne} follow. */
public final class RemovemappingIn {
    private static final Struct.Builder S = Struct.define("fuse_removemapping_in");
    public static final U32 COUNT = S.u32("count");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private RemovemappingIn() {}
}
