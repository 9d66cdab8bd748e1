package org.hexfuse.abi;

/** {@code struct fuse_backing_map}: argument of the ioctl {@link DeviceIoctl#BACKING_OPEN}. */
public final class BackingMap {
    private static final Struct.Builder S = Struct.define("fuse_backing_map");
    public static final I32 FD = S.i32("fd");
    public static final U32 FLAGS = S.u32("flags");
    public static final Struct STRUCT = S.reserved("padding", 8).build();
    public static final int SIZE = STRUCT.size();

    private BackingMap() {}
}
