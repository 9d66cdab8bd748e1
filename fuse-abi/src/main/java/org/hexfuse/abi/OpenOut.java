package org.hexfuse.abi;

/** {@code struct fuse_open_out}: reply of OPEN and OPENDIR, and the second part of that of CREATE and TMPFILE. */
public final class OpenOut {
    private static final Struct.Builder S = Struct.define("fuse_open_out");
    public static final U64 FH = S.u64("fh");
    public static final U32 OPEN_FLAGS = S.u32("open_flags");
    public static final I32 BACKING_ID = S.i32("backing_id");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private OpenOut() {}
}
