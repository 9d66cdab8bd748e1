package org.hexfuse.abi;

/** {@code struct fuse_setupmapping_in}: arguments of SETUPMAPPING. */
public final class SetupmappingIn {
    private static final Struct.Builder S = Struct.define("fuse_setupmapping_in");
    public static final U64 FH = S.u64("fh");
    public static final U64 FOFFSET = S.u64("foffset");
    public static final U64 LEN = S.u64("len");
    public static final U64 FLAGS = S.u64("flags");
    public static final U64 MOFFSET = S.u64("moffset");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private SetupmappingIn() {}
}
