package org.hexfuse.abi;

/** {@code struct fuse_secctx}: one security context; a name and {@link #SIZE_FIELD} bytes follow. */
public final class Secctx {
    private static final Struct.Builder S = Struct.define("fuse_secctx");
    public static final U32 SIZE_FIELD = S.u32("size");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private Secctx() {}
}
