package org.hexfuse.abi;

/** {@code struct fuse_uring_ent_in_out}: the header of an io_uring entry beside the message. */
public final class UringEntInOut {
    private static final Struct.Builder S = Struct.define("fuse_uring_ent_in_out");
    public static final U64 FLAGS = S.u64("flags");
    public static final U64 COMMIT_ID = S.u64("commit_id");
    public static final U32 PAYLOAD_SZ = S.u32("payload_sz");
    public static final Struct STRUCT = S.reserved("padding", 4).reserved("reserved", 8).build();
    public static final int SIZE = STRUCT.size();

    private UringEntInOut() {}
}
