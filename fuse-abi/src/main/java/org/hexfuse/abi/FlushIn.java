package org.hexfuse.abi;

/** {@code struct fuse_flush_in}: arguments of FLUSH. */
public final class FlushIn {
    private static final Struct.Builder S = Struct.define("fuse_flush_in");
    public static final U64 FH = S.u64("fh");
    public static final U64 LOCK_OWNER = S.reserved("unused", 4).reserved("padding", 4).u64("lock_owner");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private FlushIn() {}
}
