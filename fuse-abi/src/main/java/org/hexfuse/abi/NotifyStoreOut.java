package org.hexfuse.abi;

/** {@code struct fuse_notify_store_out}: notification STORE; the data follows. */
public final class NotifyStoreOut {
    private static final Struct.Builder S = Struct.define("fuse_notify_store_out");
    public static final U64 NODEID = S.u64("nodeid");
    public static final U64 OFFSET = S.u64("offset");
    public static final U32 SIZE_FIELD = S.u32("size");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private NotifyStoreOut() {}
}
