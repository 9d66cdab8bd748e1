package org.hexfuse.abi;

/** {@code struct fuse_setattr_in}: arguments of SETATTR. */
public final class SetattrIn {
    private static final Struct.Builder S = Struct.define("fuse_setattr_in");
    public static final U32 VALID = S.u32("valid");
    public static final U64 FH = S.reserved("padding", 4).u64("fh");
    public static final U64 SIZE_FIELD = S.u64("size");
    public static final U64 LOCK_OWNER = S.u64("lock_owner");
    public static final U64 ATIME = S.u64("atime");
    public static final U64 MTIME = S.u64("mtime");
    public static final U64 CTIME = S.u64("ctime");
    public static final U32 ATIMENSEC = S.u32("atimensec");
    public static final U32 MTIMENSEC = S.u32("mtimensec");
    public static final U32 CTIMENSEC = S.u32("ctimensec");
    public static final U32 MODE = S.u32("mode");
    public static final U32 UID = S.reserved("unused4", 4).u32("uid");
    public static final U32 GID = S.u32("gid");
    public static final Struct STRUCT = S.reserved("unused5", 4).build();
    public static final int SIZE = STRUCT.size();

    private SetattrIn() {}
}
