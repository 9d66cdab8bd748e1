package org.hexfuse.abi;

/** {@code struct cuse_init_out}: reply of CUSE_INIT. */
public final class CuseInitOut {
    private static final Struct.Builder S = Struct.define("cuse_init_out");
    public static final U32 MAJOR = S.u32("major");
    public static final U32 MINOR = S.u32("minor");
    public static final U32 FLAGS = S.reserved("unused", 4).u32("flags");
    public static final U32 MAX_READ = S.u32("max_read");
    public static final U32 MAX_WRITE = S.u32("max_write");
    public static final U32 DEV_MAJOR = S.u32("dev_major");
    public static final U32 DEV_MINOR = S.u32("dev_minor");
    public static final Struct STRUCT = S.reserved("spare", 40).build();
    public static final int SIZE = STRUCT.size();

    private CuseInitOut() {}
}
