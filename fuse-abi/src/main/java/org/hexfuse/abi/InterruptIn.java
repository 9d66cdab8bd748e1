package org.hexfuse.abi;

/** {@code struct fuse_interrupt_in}: arguments of INTERRUPT: the request that is interrupted. */
public final class InterruptIn {
    private static final Struct.Builder S = Struct.define("fuse_interrupt_in");
    public static final U64 UNIQUE = S.u64("unique");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private InterruptIn() {}
}
