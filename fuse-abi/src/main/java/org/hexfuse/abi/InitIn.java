package org.hexfuse.abi;

/** {@code struct fuse_init_in}: arguments of INIT. */
public final class InitIn {
    private static final Struct.Builder S = Struct.define("fuse_init_in");
    public static final U32 MAJOR = S.u32("major");
    public static final U32 MINOR = S.u32("minor");
    public static final U32 MAX_READAHEAD = S.u32("max_readahead");
    public static final U32 FLAGS = S.u32("flags");
    public static final U32 FLAGS2 = S.u32("flags2");
    public static final Struct STRUCT = S.reserved("unused", 44).before(36, 16).build();
    public static final int SIZE = STRUCT.size();

    private InitIn() {}
}
