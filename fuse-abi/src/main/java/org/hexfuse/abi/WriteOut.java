package org.hexfuse.abi;

/** {@code struct fuse_write_out}: reply of WRITE and COPY_FILE_RANGE. */
public final class WriteOut {
    private static final Struct.Builder S = Struct.define("fuse_write_out");
    public static final U32 SIZE_FIELD = S.u32("size");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private WriteOut() {}
}
