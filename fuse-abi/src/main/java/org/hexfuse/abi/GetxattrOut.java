package org.hexfuse.abi;

/** {@code struct fuse_getxattr_out}: reply of GETXATTR and LISTXATTR when they ask for the length alone. */
public final class GetxattrOut {
    private static final Struct.Builder S = Struct.define("fuse_getxattr_out");
    public static final U32 SIZE_FIELD = S.u32("size");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private GetxattrOut() {}
}
