package org.hexfuse.abi;

/** {@code struct fuse_forget_one}: one node of a BATCH_FORGET. */
public final class ForgetOne {
    private static final Struct.Builder S = Struct.define("fuse_forget_one");
    public static final U64 NODEID = S.u64("nodeid");
    public static final U64 NLOOKUP = S.u64("nlookup");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private ForgetOne() {}
}
