package org.hexfuse.abi;

/** {@code struct fuse_open_in}: arguments of OPEN and OPENDIR. */
public final class OpenIn {
    private static final Struct.Builder S = Struct.define("fuse_open_in");
    public static final U32 FLAGS = S.u32("flags");
    public static final U32 OPEN_FLAGS = S.u32("open_flags");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private OpenIn() {}
}
