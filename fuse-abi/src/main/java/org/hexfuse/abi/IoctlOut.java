package org.hexfuse.abi;

/** {@code struct fuse_ioctl_out}: reply of IOCTL; data or {@link IoctlIovec}s follow. */
public final class IoctlOut {
    private static final Struct.Builder S = Struct.define("fuse_ioctl_out");
    public static final I32 RESULT = S.i32("result");
    public static final U32 FLAGS = S.u32("flags");
    public static final U32 IN_IOVS = S.u32("in_iovs");
    public static final U32 OUT_IOVS = S.u32("out_iovs");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private IoctlOut() {}
}
