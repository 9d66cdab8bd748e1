package org.hexfuse.abi;

/** {@code struct fuse_attr}: the attributes of a node. */
public final class AttrData {
    private static final Struct.Builder S = Struct.define("fuse_attr");
    public static final U64 INO = S.u64("ino");
    public static final U64 SIZE_FIELD = S.u64("size");
    public static final U64 BLOCKS = S.u64("blocks");
    public static final U64 ATIME = S.u64("atime");
    public static final U64 MTIME = S.u64("mtime");
    public static final U64 CTIME = S.u64("ctime");
    public static final U32 ATIMENSEC = S.u32("atimensec");
    public static final U32 MTIMENSEC = S.u32("mtimensec");
    public static final U32 CTIMENSEC = S.u32("ctimensec");
    public static final U32 MODE = S.u32("mode");
    public static final U32 NLINK = S.u32("nlink");
    public static final U32 UID = S.u32("uid");
    public static final U32 GID = S.u32("gid");
    public static final U32 RDEV = S.u32("rdev");
    public static final U32 BLKSIZE = S.u32("blksize");
    public static final U32 FLAGS = S.u32("flags");
    public static final Struct STRUCT = S.before(9, 80).build();
    public static final int SIZE = STRUCT.size();

    private AttrData() {}
}
