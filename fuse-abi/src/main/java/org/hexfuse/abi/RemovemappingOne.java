package org.hexfuse.abi;

/** {@code struct fuse_removemapping_one}: one range of a REMOVEMAPPING. */
public final class RemovemappingOne {
    private static final Struct.Builder S = Struct.define("fuse_removemapping_one");
    public static final U64 MOFFSET = S.u64("moffset");
    public static final U64 LEN = S.u64("len");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private RemovemappingOne() {}
}
