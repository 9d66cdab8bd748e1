package org.hexfuse.abi;

/** {@code struct fuse_create_in}: arguments of CREATE and TMPFILE; the name follows. */
public final class CreateIn {
    private static final Struct.Builder S = Struct.define("fuse_create_in");
    public static final U32 FLAGS = S.u32("flags");
    public static final U32 MODE = S.u32("mode");
    public static final U32 UMASK = S.u32("umask");
    public static final U32 OPEN_FLAGS = S.u32("open_flags");
    public static final Struct STRUCT = S.before(12, 8).build();
    public static final int SIZE = STRUCT.size();

    private CreateIn() {}
}
