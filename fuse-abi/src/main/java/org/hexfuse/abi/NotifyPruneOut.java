package org.hexfuse.abi;

/** {@code struct fuse_notify_prune_out}: notification PRUNE; {@link #COUNT} node ids of 8 bytes follow. */
public final class NotifyPruneOut {
    private static final Struct.Builder S = Struct.define("fuse_notify_prune_out");
    public static final U32 COUNT = S.u32("count");
    public static final Struct STRUCT = S.reserved("padding", 4).reserved("spare", 8).build();
    public static final int SIZE = STRUCT.size();

    private NotifyPruneOut() {}
}
