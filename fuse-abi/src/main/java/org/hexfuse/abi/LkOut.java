package org.hexfuse.abi;

/** {@code struct fuse_lk_out}: reply of GETLK. */
public final class LkOut {
    private static final Struct.Builder S = Struct.define("fuse_lk_out");
    public static final Nested LK = S.struct("lk", FileLock.STRUCT);
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private LkOut() {}
}
