package org.hexfuse.abi;

/** {@code struct fuse_mknod_in}: arguments of MKNOD; the name follows. */
public final class MknodIn {
    private static final Struct.Builder S = Struct.define("fuse_mknod_in");
    public static final U32 MODE = S.u32("mode");
    public static final U32 RDEV = S.u32("rdev");
    public static final U32 UMASK = S.u32("umask");
    public static final Struct STRUCT = S.reserved("padding", 4).before(12, 8).build();
    public static final int SIZE = STRUCT.size();

    private MknodIn() {}
}
