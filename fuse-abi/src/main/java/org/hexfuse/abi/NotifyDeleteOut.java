package org.hexfuse.abi;

/** {@code struct fuse_notify_delete_out}: notification DELETE; the name and a NUL follow. */
public final class NotifyDeleteOut {
    private static final Struct.Builder S = Struct.define("fuse_notify_delete_out");
    public static final U64 PARENT = S.u64("parent");
    public static final U64 CHILD = S.u64("child");
    public static final U32 NAMELEN = S.u32("namelen");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private NotifyDeleteOut() {}
}
