package org.hexfuse.abi;

/** {@code struct fuse_notify_retrieve_in}: arguments of NOTIFY_REPLY, the answer to RETRIEVE; the data follows. */
public final class NotifyRetrieveIn {
    private static final Struct.Builder S = Struct.define("fuse_notify_retrieve_in");
    public static final U64 OFFSET = S.reserved("dummy1", 8).u64("offset");
    public static final U32 SIZE_FIELD = S.u32("size");
    public static final Struct STRUCT = S.reserved("dummy2", 4).reserved("dummy3", 8).reserved("dummy4", 8).build();
    public static final int SIZE = STRUCT.size();

    private NotifyRetrieveIn() {}
}
