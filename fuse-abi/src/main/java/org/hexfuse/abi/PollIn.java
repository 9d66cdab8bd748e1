package org.hexfuse.abi;

/** {@code struct fuse_poll_in}: arguments of POLL. */
public final class PollIn {
    private static final Struct.Builder S = Struct.define("fuse_poll_in");
    public static final U64 FH = S.u64("fh");
    public static final U64 KH = S.u64("kh");
    public static final U32 FLAGS = S.u32("flags");
    public static final U32 EVENTS = S.u32("events");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private PollIn() {}
}
