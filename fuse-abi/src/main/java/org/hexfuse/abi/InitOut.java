package org.hexfuse.abi;

/** {@code struct fuse_init_out}: reply of INIT. */
public final class InitOut {
    private static final Struct.Builder S = Struct.define("fuse_init_out");
    public static final U32 MAJOR = S.u32("major");
    public static final U32 MINOR = S.u32("minor");
    public static final U32 MAX_READAHEAD = S.u32("max_readahead");
    public static final U32 FLAGS = S.u32("flags");
    public static final U16 MAX_BACKGROUND = S.u16("max_background");
    public static final U16 CONGESTION_THRESHOLD = S.u16("congestion_threshold");
    public static final U32 MAX_WRITE = S.u32("max_write");
    public static final U32 TIME_GRAN = S.u32("time_gran");
    public static final U16 MAX_PAGES = S.u16("max_pages");
    public static final U16 MAP_ALIGNMENT = S.u16("map_alignment");
    public static final U32 FLAGS2 = S.u32("flags2");
    public static final U32 MAX_STACK_DEPTH = S.u32("max_stack_depth");
    public static final U16 REQUEST_TIMEOUT = S.u16("request_timeout");
    public static final Struct STRUCT = S.reserved("unused", 22).before(5, 8).before(23, 24).build();
    public static final int SIZE = STRUCT.size();

    private InitOut() {}
}
