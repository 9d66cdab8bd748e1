package org.hexfuse.abi;

/** {@code struct fuse_statfs_out}: reply of STATFS. */
public final class StatfsOut {
    private static final Struct.Builder S = Struct.define("fuse_statfs_out");
    public static final Nested ST = S.struct("st", KStatfs.STRUCT);
    public static final Struct STRUCT = S.before(4, 48).build();
    public static final int SIZE = STRUCT.size();

    private StatfsOut() {}
}
