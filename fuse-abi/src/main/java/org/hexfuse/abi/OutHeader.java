package org.hexfuse.abi;

/** {@code struct fuse_out_header}: the header of every reply and notification. */
public final class OutHeader {
    private static final Struct.Builder S = Struct.define("fuse_out_header");
    /** The length in bytes of the whole reply, this header included. */
    public static final U32 LEN = S.u32("len");
    /** Zero or a negated errno; in a notification, which has unique 0, the code of the notification. */
    public static final I32 ERROR = S.i32("error");
    public static final U64 UNIQUE = S.u64("unique");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private OutHeader() {}
}
