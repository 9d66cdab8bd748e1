package org.hexfuse.abi;

/** {@code struct fuse_ext_header}: the start of an extension of a request, {@link InHeader#TOTAL_EXTLEN}. */
public final class ExtHeader {
    private static final Struct.Builder S = Struct.define("fuse_ext_header");
    public static final U32 SIZE_FIELD = S.u32("size");
    public static final U32 TYPE = S.u32("type");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private ExtHeader() {}
}
