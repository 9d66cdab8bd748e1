package org.hexfuse.abi;

/** {@code struct fuse_uring_cmd_req}: the command in a submission queue entry of an io_uring. */
public final class UringCmdReq {
    private static final Struct.Builder S = Struct.define("fuse_uring_cmd_req");
    public static final U64 FLAGS = S.u64("flags");
    public static final U64 COMMIT_ID = S.u64("commit_id");
    public static final U16 QID = S.u16("qid");
    public static final Struct STRUCT = S.reserved("padding", 6).build();
    public static final int SIZE = STRUCT.size();

    private UringCmdReq() {}
}
