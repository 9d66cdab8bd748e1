package org.hexfuse.abi;

/** {@code struct fuse_attr_out}: reply of GETATTR and SETATTR. */
public final class AttrOut {
    private static final Struct.Builder S = Struct.define("fuse_attr_out");
    public static final U64 ATTR_VALID = S.u64("attr_valid");
    public static final U32 ATTR_VALID_NSEC = S.u32("attr_valid_nsec");
    public static final Nested ATTR = S.reserved("dummy", 4).struct("attr", AttrData.STRUCT);
    public static final Struct STRUCT = S.before(9, 96).build();
    public static final int SIZE = STRUCT.size();

    private AttrOut() {}
}
