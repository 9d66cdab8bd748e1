package org.hexfuse.abi;

/** {@code struct fuse_batch_forget_in}: arguments of BATCH_FORGET; {@link #COUNT} times {@link ForgetOne} follow. */
public final class BatchForgetIn {
    private static final Struct.Builder S = Struct.define("fuse_batch_forget_in");
    public static final U32 COUNT = S.u32("count");
    public static final Struct STRUCT = S.reserved("dummy", 4).build();
    public static final int SIZE = STRUCT.size();

    private BatchForgetIn() {}
}
