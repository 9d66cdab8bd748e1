package org.hexfuse.abi;

/** {@code struct fuse_poll_out}: reply of POLL. */
public final class PollOut {
    private static final Struct.Builder S = Struct.define("fuse_poll_out");
    public static final U32 REVENTS = S.u32("revents");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private PollOut() {}
}
