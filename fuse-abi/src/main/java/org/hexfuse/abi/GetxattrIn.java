package org.hexfuse.abi;

/** {@code struct fuse_getxattr_in}: arguments of GETXATTR, where the name follows, and of LISTXATTR. */
public final class GetxattrIn {
    private static final Struct.Builder S = Struct.define("fuse_getxattr_in");
    public static final U32 SIZE_FIELD = S.u32("size");
    public static final Struct STRUCT = S.reserved("padding", 4).build();
    public static final int SIZE = STRUCT.size();

    private GetxattrIn() {}
}
