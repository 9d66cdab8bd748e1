package org.hexfuse.abi;

/**
 * {@code struct fuse_setxattr_in}: arguments of SETXATTR; name and value follow. Only the first {@link #COMPAT_SIZE} bytes are sent
 * unless {@link InitFlag#SETXATTR_EXT} was negotiated.
 */
public final class SetxattrIn {
    private static final Struct.Builder S = Struct.define("fuse_setxattr_in");
    public static final U32 SIZE_FIELD = S.u32("size");
    public static final U32 FLAGS = S.u32("flags");
    public static final U32 SETXATTR_FLAGS = S.u32("setxattr_flags");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();
    /** The size in bytes without {@link InitFlag#SETXATTR_EXT}. */
    public static final int COMPAT_SIZE = 8;

    private SetxattrIn() {}
}
