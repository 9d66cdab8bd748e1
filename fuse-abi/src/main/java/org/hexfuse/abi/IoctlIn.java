package org.hexfuse.abi;

/** {@code struct fuse_ioctl_in}: arguments of IOCTL; {@link #IN_SIZE} bytes of data follow. */
public final class IoctlIn {
    private static final Struct.Builder S = Struct.define("fuse_ioctl_in");
    public static final U64 FH = S.u64("fh");
    public static final U32 FLAGS = S.u32("flags");
    public static final U32 CMD = S.u32("cmd");
    public static final U64 ARG = S.u64("arg");
    public static final U32 IN_SIZE = S.u32("in_size");
    public static final U32 OUT_SIZE = S.u32("out_size");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private IoctlIn() {}
}
