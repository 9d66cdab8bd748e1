package org.hexfuse.abi;

/** {@code struct fuse_secctx_header}: the start of a list of security contexts. */
public final class SecctxHeader {
    private static final Struct.Builder S = Struct.define("fuse_secctx_header");
    public static final U32 SIZE_FIELD = S.u32("size");
    public static final U32 NR_SECCTX = S.u32("nr_secctx");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private SecctxHeader() {}
}
