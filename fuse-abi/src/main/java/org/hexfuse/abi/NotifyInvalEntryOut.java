package org.hexfuse.abi;

/** {@code struct fuse_notify_inval_entry_out}: notification INVAL_ENTRY; the name and a NUL follow. */
public final class NotifyInvalEntryOut {
    private static final Struct.Builder S = Struct.define("fuse_notify_inval_entry_out");
    public static final U64 PARENT = S.u64("parent");
    public static final U32 NAMELEN = S.u32("namelen");
    public static final U32 FLAGS = S.u32("flags");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private NotifyInvalEntryOut() {}
}
