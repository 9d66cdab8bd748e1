package org.hexfuse.abi;

/** {@code struct fuse_rename_in}: arguments of RENAME; the old and the new name follow. */
public final class RenameIn {
    private static final Struct.Builder S = Struct.define("fuse_rename_in");
    public static final U64 NEWDIR = S.u64("newdir");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private RenameIn() {}
}
