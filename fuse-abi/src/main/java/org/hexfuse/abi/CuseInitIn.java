package org.hexfuse.abi;

/** {@code struct cuse_init_in}: arguments of CUSE_INIT. */
public final class CuseInitIn {
    private static final Struct.Builder S = Struct.define("cuse_init_in");
    public static final U32 MAJOR = S.u32("major");
    public static final U32 MINOR = S.u32("minor");
    public static final U32 FLAGS = S.reserved("unused", 4).u32("flags");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private CuseInitIn() {}
}
