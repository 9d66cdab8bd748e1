package org.hexfuse.abi;

/** {@code struct fuse_uring_req_header}: the fixed part of an io_uring entry: where header and first argument struct lie. */
public final class UringReqHeader {
    private static final Struct.Builder S = Struct.define("fuse_uring_req_header");
    public static final Bytes IN_OUT = S.bytes("in_out", 128);
    public static final Bytes OP_IN = S.bytes("op_in", 128);
    public static final Nested RING_ENT_IN_OUT = S.struct("ring_ent_in_out", UringEntInOut.STRUCT);
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private UringReqHeader() {}
}
