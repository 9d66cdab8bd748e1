package org.hexfuse.abi;

/** {@code struct fuse_statx}: the attributes of a node as {@code statx(2)} shows them. */
public final class StatxData {
    private static final Struct.Builder S = Struct.define("fuse_statx");
    public static final U32 MASK = S.u32("mask");
    public static final U32 BLKSIZE = S.u32("blksize");
    public static final U64 ATTRIBUTES = S.u64("attributes");
    public static final U32 NLINK = S.u32("nlink");
    public static final U32 UID = S.u32("uid");
    public static final U32 GID = S.u32("gid");
    public static final U16 MODE = S.u16("mode");
    public static final U64 INO = S.reserved("__spare0", 2).u64("ino");
    public static final U64 SIZE_FIELD = S.u64("size");
    public static final U64 BLOCKS = S.u64("blocks");
    public static final U64 ATTRIBUTES_MASK = S.u64("attributes_mask");
    public static final Nested ATIME = S.struct("atime", SxTime.STRUCT);
    public static final Nested BTIME = S.struct("btime", SxTime.STRUCT);
    public static final Nested CTIME = S.struct("ctime", SxTime.STRUCT);
    public static final Nested MTIME = S.struct("mtime", SxTime.STRUCT);
    public static final U32 RDEV_MAJOR = S.u32("rdev_major");
    public static final U32 RDEV_MINOR = S.u32("rdev_minor");
    public static final U32 DEV_MAJOR = S.u32("dev_major");
    public static final U32 DEV_MINOR = S.u32("dev_minor");
    public static final Struct STRUCT = S.reserved("__spare2", 112).build();
    public static final int SIZE = STRUCT.size();

    private StatxData() {}
}
