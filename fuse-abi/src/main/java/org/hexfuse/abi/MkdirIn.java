package org.hexfuse.abi;

/** {@code struct fuse_mkdir_in}: arguments of MKDIR; the name follows. */
public final class MkdirIn {
    private static final Struct.Builder S = Struct.define("fuse_mkdir_in");
    public static final U32 MODE = S.u32("mode");
    public static final U32 UMASK = S.u32("umask");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private MkdirIn() {}
}
