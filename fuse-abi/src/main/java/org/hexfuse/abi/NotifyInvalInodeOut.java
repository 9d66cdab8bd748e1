package org.hexfuse.abi;

/** {@code struct fuse_notify_inval_inode_out}: notification INVAL_INODE. */
public final class NotifyInvalInodeOut {
    private static final Struct.Builder S = Struct.define("fuse_notify_inval_inode_out");
    public static final U64 INO = S.u64("ino");
    public static final I64 OFF = S.i64("off");
    public static final I64 LEN = S.i64("len");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private NotifyInvalInodeOut() {}
}
