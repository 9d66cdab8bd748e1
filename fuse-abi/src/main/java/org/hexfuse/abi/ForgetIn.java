package org.hexfuse.abi;

/** {@code struct fuse_forget_in}: arguments of FORGET. */
public final class ForgetIn {
    private static final Struct.Builder S = Struct.define("fuse_forget_in");
    public static final U64 NLOOKUP = S.u64("nlookup");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private ForgetIn() {}
}
