package org.hexfuse.abi;

/** {@code struct fuse_syncfs_in}: arguments of SYNCFS, which mean nothing. */
public final class SyncfsIn {
    private static final Struct.Builder S = Struct.define("fuse_syncfs_in");
    public static final Struct STRUCT = S.reserved("padding", 8).build();
    public static final int SIZE = STRUCT.size();

    private SyncfsIn() {}
}
