package org.hexfuse.abi;

/** {@code struct fuse_kstatfs}: how full a filesystem is. */
public final class KStatfs {
    private static final Struct.Builder S = Struct.define("fuse_kstatfs");
    public static final U64 BLOCKS = S.u64("blocks");
    public static final U64 BFREE = S.u64("bfree");
    public static final U64 BAVAIL = S.u64("bavail");
    public static final U64 FILES = S.u64("files");
    public static final U64 FFREE = S.u64("ffree");
    public static final U32 BSIZE = S.u32("bsize");
    public static final U32 NAMELEN = S.u32("namelen");
    public static final U32 FRSIZE = S.u32("frsize");
    public static final Struct STRUCT = S.reserved("padding", 4).reserved("spare", 24).before(4, 48).build();
    public static final int SIZE = STRUCT.size();

    private KStatfs() {}
}
