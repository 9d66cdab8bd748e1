package org.hexfuse.abi;

/** {@code struct fuse_release_in}: arguments of RELEASE and RELEASEDIR. */
public final class ReleaseIn {
    private static final Struct.Builder S = Struct.define("fuse_release_in");
    public static final U64 FH = S.u64("fh");
    public static final U32 FLAGS = S.u32("flags");
    public static final U32 RELEASE_FLAGS = S.u32("release_flags");
    public static final U64 LOCK_OWNER = S.u64("lock_owner");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private ReleaseIn() {}
}
